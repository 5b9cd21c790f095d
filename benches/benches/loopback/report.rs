//! Starts the processes, gathers what they print and shows it as tables.

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::callgrind;

/// Runs of each role; the median is shown.
const RUNS: usize = 5;

/// Measures clients against the local account, then servers under the floor's load.
pub(crate) fn run(reads: usize) -> Result<(), Box<dyn Error>> {
    println!("point reads of 1 KB over loopback, {reads} a run, medians of {RUNS} runs\n");
    let account = Server::start("cosmokit")?;
    let clients = [
        Client::measure("floor", account.port, reads)?,
        Client::measure("cosmokit", account.port, reads)?,
    ];
    account.stop()?;
    print_clients(&clients);

    let servers = [serving("constant", reads)?, serving("cosmokit", reads)?];
    print_servers(&servers);
    Ok(())
}

/// What one read costs a client.
struct Client {
    role: &'static str,
    cpu_us: f64,
    allocations: f64,
    instructions: Option<f64>,
}

impl Client {
    fn measure(role: &'static str, port: u16, reads: usize) -> Result<Self, Box<dyn Error>> {
        let runs = (0..RUNS)
            .map(|_| read(role, port, reads))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            role,
            cpu_us: median(runs.iter().map(|run| run.0).collect()),
            allocations: median(runs.iter().map(|run| run.1).collect()),
            instructions: callgrind::instructions_per_read(role, port),
        })
    }
}

fn print_clients(clients: &[Client; 2]) {
    let [floor, _] = clients;
    println!("  client      CPU µs  ×floor   allocations   instructions  ×floor");
    for client in clients {
        let (instructions, ratio) = match (client.instructions, floor.instructions) {
            (Some(own), Some(floor)) => (format!("{own:.0}"), format!("{:.2}", own / floor)),
            _ => ("no valgrind".to_owned(), "-".to_owned()),
        };
        println!(
            "  {:<10}{:>8.1}{:>8.2}{:>14.1}{:>15}{:>8}",
            client.role,
            client.cpu_us,
            client.cpu_us / floor.cpu_us,
            client.allocations,
            instructions,
            ratio,
        );
    }
    println!();
}

fn print_servers(servers: &[(&str, f64); 2]) {
    let [(_, constant), _] = servers;
    println!("  server      CPU µs  ×constant");
    for (role, cpu_us) in servers {
        println!("  {role:<10}{cpu_us:>8.1}{:>11.2}", cpu_us / constant);
    }
}

/// CPU per read of a server role under the floor client's load.
fn serving(role: &'static str, reads: usize) -> Result<(&'static str, f64), Box<dyn Error>> {
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let server = Server::start(role)?;
        read("floor", server.port, reads)?;
        let idle = server.stop()?;
        let server = Server::start(role)?;
        read("floor", server.port, 2 * reads)?;
        let busy = server.stop()?;
        let count = u32::try_from(reads.max(1)).unwrap_or(u32::MAX);
        runs.push((busy - idle) / f64::from(count));
    }
    Ok((role, median(runs)))
}

fn read(role: &str, port: u16, reads: usize) -> Result<(f64, f64), Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?)
        .args(["read", role, &port.to_string(), &reads.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let mut words = text.split_whitespace();
    let (Some(cpu_us), Some(allocations)) = (words.next(), words.next()) else {
        return Err(format!("the client {role} printed {text:?}").into());
    };
    Ok((cpu_us.parse()?, allocations.parse()?))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A server process: prints its port, serves until its input ends, prints the CPU it used in µs.
struct Server {
    child: Child,
    answers: BufReader<ChildStdout>,
    port: u16,
}

impl Server {
    fn start(role: &str) -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", role])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut answers = BufReader::new(child.stdout.take().ok_or("a child has an output")?);
        let mut line = String::new();
        answers.read_line(&mut line)?;
        let port = line.trim().parse()?;
        Ok(Self {
            child,
            answers,
            port,
        })
    }

    fn stop(mut self) -> Result<f64, Box<dyn Error>> {
        if let Some(mut input) = self.child.stdin.take() {
            input.flush()?;
        }
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        self.child.wait()?;
        Ok(line.trim().parse()?)
    }
}
