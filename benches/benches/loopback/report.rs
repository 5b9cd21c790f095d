//! Starts the processes, gathers what they print and shows it as tables.

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::callgrind;
use crate::world::{PAGE, Work};

/// Runs of each role; the median is shown.
const RUNS: usize = 5;

/// Measures clients against the local account, then servers under the floor's load, for each kind of work.
pub(crate) fn run(operations: usize) -> Result<(), Box<dyn Error>> {
    for work in Work::ALL {
        println!(
            "{work} of 1 KB (of pages of {PAGE} changes, of queries of ten items) over loopback, {operations} a run, medians of {RUNS} runs\n"
        );
        let account = Server::start("cosmokit", work)?;
        let clients = [
            Client::measure("floor", work, account.port, operations)?,
            Client::measure("cosmokit", work, account.port, operations)?,
        ];
        account.stop()?;
        print_clients(&clients);

        let servers = ["constant", "cosmokit"];
        let [constant, account] = servers.map(|role| serving(role, work, operations));
        print_servers(&[("constant", constant?), ("cosmokit", account?)]);
    }
    Ok(())
}

/// What one operation costs a client.
struct Client {
    role: &'static str,
    cpu_us: f64,
    allocations: f64,
    instructions: Option<f64>,
}

impl Client {
    fn measure(
        role: &'static str,
        work: Work,
        port: u16,
        operations: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let runs = (0..RUNS)
            .map(|_| measured(role, work, port, operations))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            role,
            cpu_us: median(runs.iter().map(|run| run.0).collect()),
            allocations: median(runs.iter().map(|run| run.1).collect()),
            instructions: callgrind::instructions_per_operation(role, work, port),
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
    println!();
}

/// CPU per operation of a server role under the floor client's load.
fn serving(role: &str, work: Work, operations: usize) -> Result<f64, Box<dyn Error>> {
    let used = |operations| {
        let server = Server::start(role, work)?;
        measured("floor", work, server.port, operations)?;
        server.stop()
    };
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let few = used(operations)?;
        let many = used(2 * operations)?;
        let count = u32::try_from(operations.max(1)).unwrap_or(u32::MAX);
        runs.push((many - few) / f64::from(count));
    }
    Ok(median(runs))
}

fn measured(
    role: &str,
    work: Work,
    port: u16,
    operations: usize,
) -> Result<(f64, f64), Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?)
        .args(["work", role, &work.to_string()])
        .args([port.to_string(), operations.to_string()])
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
    fn start(role: &str, work: Work) -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", role, &work.to_string()])
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
