//! What a client does without a round trip: planning, with and without the prepared text at hand, and merging.

use std::collections::HashMap;
use std::error::Error;

use bytes::Bytes;
use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange, PartitionKeyDefinition};
use cosmokit_query::Schema;
use cosmokit_query::merge::{MergeLimits, MergePipeline, MergeStep};
use cosmokit_query::plan::PreparedQuery;
use cosmokit_query::value::Value;

use crate::report::median_us;

const TEXT: &str = "SELECT TOP 10 c.city, c.price FROM c WHERE c.pk = @key AND c.price > @least ORDER BY c.price DESC";
/// Plans of one measured run: a clock is too coarse for one.
const PLANS: u32 = 1_000;
const RANGES: u8 = 50;
const ROWS: u32 = 100;

pub(crate) fn print() -> Result<(), Box<dyn Error>> {
    let definition = PartitionKeyDefinition::from("/pk");
    let prepare = || PreparedQuery::prepare(TEXT, &Schema::default(), &definition);
    let uncached = median_us(500, || {
        prepare()?.plan([
            ("@key", Value::from("key 7")),
            ("@least", Value::from(10_i64)),
        ])
    })?;
    let known: HashMap<&str, PreparedQuery> = [(TEXT, prepare()?)].into();
    let cached = median_us(50, || {
        for _ in 0..PLANS {
            let prepared = known.get(std::hint::black_box(TEXT)).ok_or("it is known")?;
            std::hint::black_box(prepared.plan([
                ("@key", Value::from("key 7")),
                ("@least", Value::from(10_i64)),
            ])?);
        }
        Ok::<_, Box<dyn Error>>(())
    })?;
    let rows = u32::from(RANGES) * ROWS;
    let merge = median_us(20, merge)?;
    println!("\na plan from the text          {uncached:>8.2} µs");
    println!(
        "a plan of a prepared text     {:>8.3} µs",
        cached / f64::from(PLANS)
    );
    println!(
        "ordered merge of {RANGES} ranges    {:>8.3} µs a row ({rows} rows)",
        merge / f64::from(rows)
    );
    Ok(())
}

fn merge() -> Result<u32, Box<dyn Error>> {
    let definition = PartitionKeyDefinition::from("/pk");
    let prepared = PreparedQuery::prepare(
        "SELECT c.n FROM c ORDER BY c.n",
        &Schema::default(),
        &definition,
    )?;
    let plan = prepared.plan([])?;
    let bound = |at: u8| EffectivePartitionKey::from_hex(&format!("{:02X}", at * 5));
    let ranges = (0..RANGES)
        .map(|at| Ok(EpkRange::new(bound(at)?, bound(at + 1)?)?))
        .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    let mut merge = MergePipeline::new(plan.work(), &ranges, MergeLimits::default())?;
    let mut count = 0;
    loop {
        match merge.next()? {
            MergeStep::Row(_) => count += 1,
            MergeStep::Finished => return Ok(count),
            MergeStep::Waiting => {
                let sources: Vec<_> = merge.fetches().iter().map(|fetch| fetch.source).collect();
                for (place, source) in sources.into_iter().enumerate() {
                    let row = |n: u32| {
                        Bytes::from(format!(
                            r#"{{"_rid":"AAAAAYAAAAEBAAAAAAAAAA==","orderByItems":[{{"item":{}}}],"payload":{{"n":{n}}}}}"#,
                            n * 50 + u32::try_from(place).unwrap_or_default(),
                        ))
                    };
                    merge.push(source, (0..ROWS).map(row).collect(), None)?;
                }
            }
        }
    }
}
