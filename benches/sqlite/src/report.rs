//! Medians, DuckDB's figures from its process, and the table.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

/// What a query took in each engine, in µs.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// The first time, with whatever is made then.
    pub(crate) first: Option<f64>,
    pub(crate) cosmokit: Option<f64>,
    pub(crate) sqlite: Option<f64>,
    pub(crate) duckdb: Option<f64>,
}

impl Row {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            first: None,
            cosmokit: None,
            sqlite: None,
            duckdb: None,
        }
    }
}

/// The median time of so many runs, in µs.
pub(crate) fn median_us<T, E: Into<Box<dyn Error>>>(
    runs: usize,
    mut run: impl FnMut() -> Result<T, E>,
) -> Result<f64, Box<dyn Error>> {
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs.max(1) {
        let begun = Instant::now();
        std::hint::black_box(run().map_err(Into::into)?);
        times.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

/// DuckDB's medians by name; `None` without a Python that has it.
pub(crate) fn duckdb<'q>(
    items: &[Value],
    queries: impl Iterator<Item = (&'q str, &'q str)>,
) -> Result<Option<HashMap<String, f64>>, Box<dyn Error>> {
    let Ok(python) = std::env::var("DUCKDB_PYTHON") else {
        return Ok(None);
    };
    let path = std::env::temp_dir().join(format!("sqlite-bench-{}.ndjson", std::process::id()));
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    for item in items {
        writeln!(file, "{item}")?;
    }
    drop(file.into_inner()?);
    let queries: HashMap<&str, &str> = queries.collect();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/duck.py");
    let output = Command::new(python)
        .arg(script)
        .arg(&path)
        .arg(serde_json::to_string(&queries)?)
        .output();
    std::fs::remove_file(&path)?;
    let output = output?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(Some(serde_json::from_slice(&output.stdout)?))
}

/// The table.
pub(crate) fn print(rows: &[Row], count: usize) {
    let cell = |time: Option<f64>| match time {
        None => "–".to_owned(),
        Some(us) if us < 1_000.0 => format!("{us:.1} µs"),
        Some(us) => format!("{:.2} ms", us / 1_000.0),
    };
    let headings = ["cosmokit", "its first", "SQLite", "DuckDB"];
    println!(
        "{count} items of 1 KB, medians; SQLite over JSON with indexes on n and price, DuckDB on extracted columns, one thread\n"
    );
    print!("{:<42}", "");
    headings.iter().for_each(|heading| print!("{heading:>12}"));
    println!();
    for row in rows {
        print!("{:<42}", row.name);
        for time in [row.cosmokit, row.first, row.sqlite, row.duckdb] {
            print!("{:>12}", cell(time));
        }
        println!();
    }
}
