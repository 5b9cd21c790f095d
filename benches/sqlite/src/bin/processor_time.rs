//! Processor time of the local account's queries, which a busy machine disturbs less than the time of the clock: the
//! first run, the best and the median of fifteen. Linux only.
//!
//! ```sh
//! cargo run --release --manifest-path benches/sqlite/Cargo.toml --bin processor_time
//! ```

use std::error::Error;

use cosmokit_protocol::op::SqlQuery;
use sqlite_bench::documents::items;
use sqlite_bench::local::Local;

const ITEMS: usize = 100_000;
const RUNS: usize = 15;

/// Milliseconds that this thread has had of a processor.
fn spent_ms() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos: f64 = text
        .split_whitespace()
        .next()
        .ok_or("no schedstat")?
        .parse()?;
    Ok(nanos / 1e6)
}

fn main() -> Result<(), Box<dyn Error>> {
    let local = Local::with(&items(ITEMS))?;
    for text in [
        "SELECT VALUE COUNT(1) FROM c WHERE c.plain = 7",
        "SELECT VALUE COUNT(1) FROM c WHERE c.plain = 7 AND IS_OBJECT(c)",
        "SELECT VALUE c.id FROM c WHERE c.text = 'x'",
        "SELECT c.city, COUNT(1) AS many, SUM(c.price) AS total FROM c GROUP BY c.city",
        "SELECT VALUE COUNT(1) FROM c",
        "SELECT VALUE SUM(c.price) FROM c",
        "SELECT VALUE COUNT(1) FROM c WHERE CONTAINS(UPPER(c.name), 'ABC')",
        "SELECT DISTINCT VALUE c.city FROM c",
        "SELECT * FROM c WHERE c.n = 4242",
        "SELECT * FROM c WHERE c.city = 'none'",
        "SELECT * FROM c WHERE c.pk = 'none'",
        "SELECT * FROM c WHERE c.name = 'none'",
    ] {
        let query = SqlQuery::from(text);
        let run = || {
            let before = spent_ms()?;
            local.count(&query)?;
            Ok::<_, Box<dyn Error>>(spent_ms()? - before)
        };
        let first = run()?;
        let mut times = (0..RUNS).map(|_| run()).collect::<Result<Vec<_>, _>>()?;
        times.sort_by(f64::total_cmp);
        let (best, median) = (times[0], times[RUNS / 2]);
        println!("{text}: first {first:.2} ms, best {best:.3} ms, median {median:.3} ms");
    }
    Ok(())
}
