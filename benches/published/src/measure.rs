//! A client process: connects, warms up, works, and prints what one operation cost.

use std::alloc::System;
use std::error::Error;
use std::future::Future;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use futures::future::try_join_all;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use crate::client;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What is done again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Read,
    Create,
    Batch,
}

/// One run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub work: Work,
    pub port: u16,
    pub concurrency: usize,
    pub operations: usize,
}

impl std::str::FromStr for Work {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "read" => Ok(Self::Read),
            "create" => Ok(Self::Create),
            "batch" => Ok(Self::Batch),
            other => Err(format!("there is no work called {other}")),
        }
    }
}

/// Runs a plan with one of the clients and prints
/// `cpu_us allocations p50_us p99_us peak_mib connect_ms`.
pub fn run(role: &str, plan: Plan) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match role {
            "published" => {
                let (items, connect) = client::published::connect(plan.port).await?;
                let operate = |id| client::published::operate(&items, plan.work, id);
                work(plan, connect, operate).await
            }
            "cosmokit" => {
                let (items, connect) = client::cosmokit::connect(plan.port).await?;
                let operate = |id| client::cosmokit::operate(&items, plan.work, id);
                work(plan, connect, operate).await
            }
            other => Err(format!("no client is called {other}").into()),
        }
    })
}

async fn work<F>(
    plan: Plan,
    connect: f64,
    operate: impl Fn(String) -> F,
) -> Result<(), Box<dyn Error>>
where
    F: Future<Output = Result<(), Box<dyn Error>>>,
{
    let each = plan.operations / plan.concurrency;
    let warm_up = (each / 10).max(20);
    let id = |task: usize, at: usize| format!("{task}-{at}");
    let rounds = |from: usize, count: usize| {
        let (operate, id) = (&operate, &id);
        async move {
            let tasks = (0..plan.concurrency).map(|task| async move {
                let mut latencies = Vec::with_capacity(count);
                for at in from..from + count {
                    let begun = Instant::now();
                    operate(id(task, at)).await?;
                    latencies.push(begun.elapsed());
                }
                Ok::<_, Box<dyn Error>>(latencies)
            });
            try_join_all(tasks).await
        }
    };
    rounds(0, warm_up).await?;
    let (cpu, counting) = (ProcessTime::now(), Region::new(ALLOCATOR));
    let latencies = rounds(warm_up, each).await?;
    let (cpu, counted) = (cpu.elapsed(), counting.change());
    let mut latencies: Vec<Duration> = latencies.into_iter().flatten().collect();
    latencies.sort_unstable();
    let count = latencies.len() as f64;
    let at = |share: f64| {
        let place = (count * share) as usize;
        latencies[place.min(latencies.len() - 1)].as_secs_f64() * 1e6
    };
    println!(
        "{:.2} {:.1} {:.1} {:.1} {:.1} {connect:.2}",
        cpu.as_secs_f64() * 1e6 / count,
        (counted.allocations + counted.reallocations) as f64 / count,
        at(0.5),
        at(0.99),
        peak_mib(),
    );
    Ok(())
}

/// The most memory that the process ever had, where the system tells.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.map_or(f64::NAN, |kib| kib / 1024.0)
}
