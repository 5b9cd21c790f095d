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

/// Runs of each line; the median is shown.
const RUNS: usize = 3;
const CLIENTS: [&str; 2] = ["published", "cosmokit"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve"] => server::run(),
        ["work", role, work, port, concurrency, operations, run] => measure::run(
            role,
            Plan {
                work: work.parse()?,
                port: port.parse()?,
                concurrency: concurrency.parse()?,
                operations: operations.parse()?,
                run: run.parse()?,
            },
        ),
        [operations] => report(operations.parse()?),
        _ => report(10_000),
    }
}

fn report(operations: usize) -> Result<(), Box<dyn Error>> {
    println!("{operations} operations a run on 1 KB items, medians of {RUNS} runs\n");
    println!(
        "{:<8}{:>4}  {:<10}{:>9}{:>9}{:>9}{:>9}{:>10}{:>12}",
        "work", "×", "client", "CPU µs", "allocs", "p50 µs", "p99 µs", "peak MiB", "connect ms"
    );
    let mut run = 0;
    for work in ["read", "create", "batch"] {
        for concurrency in [1, 16, 64] {
            // A batch is ten operations, and a fresh server keeps memory and caches alike for both.
            let operations = if work == "batch" { operations / 10 } else { operations };
            for role in CLIENTS {
                let mut runs = Vec::new();
                for _ in 0..RUNS {
                    run += 1;
                    let server = Server::start()?;
                    let words = [concurrency, operations, run].map(|number| number.to_string());
                    runs.push(measured(role, work, server.port, &words)?);
                    server.stop()?;
                }
                let line: Vec<f64> = (0..6).map(|at| median(&runs, at)).collect();
                println!(
                    "{work:<8}{concurrency:>4}  {role:<10}{:>9.1}{:>9.1}{:>9.0}{:>9.0}{:>10.1}{:>12.2}",
                    line[0], line[1], line[2], line[3], line[4], line[5]
                );
            }
        }
    }
    Ok(())
}

fn measured(
    role: &str,
    work: &str,
    port: u16,
    words: &[String; 3],
) -> Result<[f64; 6], Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?)
        .args(["work", role, work, &port.to_string()])
        .args(words)
        // With backtraces on, the published crates capture one for every absent header.
        .env("RUST_BACKTRACE", "0")
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let numbers = numbers.try_into();
    numbers.map_err(|_| format!("the client {role} printed {text:?}").into())
}

fn median(runs: &[[f64; 6]], at: usize) -> f64 {
    let mut values: Vec<f64> = runs.iter().map(|run| run[at]).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
