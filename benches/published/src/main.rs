//! Cosmokit next to the published `azure_data_cosmos`: the same operations against the same local account in one
//! run, each client in a process of its own. Prints CPU and allocations per operation, latencies, peak memory and the
//! time to connect.
//!
//! `cargo run --release --manifest-path benches/published/Cargo.toml [-- OPERATIONS]`

mod client;
mod measure;
mod server;
mod world;

use std::error::Error;
use std::process::{Command, Stdio};

use measure::Plan;
use server::Server;

/// Operations per measured run, unless the command line says otherwise; a tenth as many batches.
const OPERATIONS: usize = 5_000;

/// Runs of each line; the median is shown.
const RUNS: usize = 3;

/// The crates compared, by the names of their processes' roles.
const CLIENTS: [&str; 2] = ["published", "cosmokit"];

/// CPU in µs and allocations per operation, median and 99th percentile of the latency in µs, peak memory in MiB, time
/// to connect in ms.
type Figures = [f64; 6];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve"] => server::run(),
        ["work", role, work, port, concurrency, operations] => measure::run(
            role,
            Plan {
                work: work.parse()?,
                port: port.parse()?,
                concurrency: concurrency.parse()?,
                operations: operations.parse()?,
            },
        ),
        [operations] => report(operations.parse()?),
        _ => report(OPERATIONS),
    }
}

fn report(operations: usize) -> Result<(), Box<dyn Error>> {
    println!("{operations} operations a run on 1 KB items, medians of {RUNS} runs\n");
    println!(
        "{:<8}{:>4}  {:<10}{:>9}{:>9}{:>9}{:>9}{:>10}{:>12}",
        "work", "×", "client", "CPU µs", "allocs", "p50 µs", "p99 µs", "peak MiB", "connect ms"
    );
    for work in ["read", "create", "batch"] {
        for concurrency in [1, 16, 64] {
            // A batch creates ten items.
            let operations = if work == "batch" {
                operations / 10
            } else {
                operations
            };
            // The clients take turns, so that what else goes on in the machine strikes both.
            let mut runs = CLIENTS.map(|_| Vec::new());
            for _ in 0..RUNS {
                for (role, runs) in CLIENTS.iter().zip(&mut runs) {
                    runs.push(fresh_run(role, work, concurrency, operations)?);
                }
            }
            for (role, runs) in CLIENTS.iter().zip(&runs) {
                print_row(work, concurrency, role, runs);
            }
        }
    }
    Ok(())
}

fn print_row(work: &str, concurrency: usize, role: &str, runs: &[Figures]) {
    let [cpu, allocations, p50, p99, peak, connect] =
        std::array::from_fn(|figure| median(runs.iter().map(|run| run[figure]).collect()));
    println!(
        "{work:<8}{concurrency:>4}  {role:<10}{cpu:>9.1}{allocations:>9.1}{p50:>9.0}{p99:>9.0}{peak:>10.1}{connect:>12.2}"
    );
}

/// One run of one client, in a process of its own, against a server that has served nobody before.
fn fresh_run(
    role: &str,
    work: &str,
    concurrency: usize,
    operations: usize,
) -> Result<Figures, Box<dyn Error>> {
    let server = Server::start()?;
    let numbers = [usize::from(server.port), concurrency, operations];
    let output = Command::new(std::env::current_exe()?)
        .args(["work", role, work])
        .args(numbers.map(|number| number.to_string()))
        // With backtraces on, the published crates capture one for every absent header.
        .env("RUST_BACKTRACE", "0")
        .stderr(Stdio::inherit())
        .output()?;
    server.stop()?;
    let text = String::from_utf8(output.stdout)?;
    let figures = text
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<Vec<f64>, _>>()?;
    let figures = figures.try_into();
    figures.map_err(|_| format!("the client {role} printed {text:?}").into())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
