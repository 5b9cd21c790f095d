//! Continuations of merges from anywhere (behind the query and a NUL), then rows: never a panic, and a merge that goes on
//! can say again where it is.

use bytes::Bytes;
use cosmokit_protocol::partition::PartitionKeyDefinition;
use cosmokit_query::Schema;
use cosmokit_query::merge::{Checkpoint, ContinuationToken, MergeLimits, MergePipeline, MergeStep};
use cosmokit_query::plan::PreparedQuery;
use cosmokit_query::value::Value;

/// Steps after which a merge is left alone.
const STEPS: usize = 50;

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(token) = text.parse::<ContinuationToken>() {
        let written = token.to_string();
        let again: ContinuationToken = written.parse().expect("a token is read back");
        assert_eq!(again.to_string(), written);
    }
    let mut parts = text.splitn(3, '\0');
    let (Some(query), Some(state)) = (parts.next(), parts.next()) else {
        return;
    };
    let rows: Vec<Bytes> = parts.next().unwrap_or("1").split('\n').map(|row| Bytes::copy_from_slice(row.as_bytes())).collect();
    let definition = PartitionKeyDefinition::from("/pk");
    let Ok(prepared) = PreparedQuery::prepare(query, &Schema::default(), &definition) else {
        return;
    };
    let (Ok(plan), Ok(checkpoint)) = (prepared.plan([("@p", Value::from(2_i64))]), serde_json::from_str::<Checkpoint>(state)) else {
        return;
    };
    let Ok(mut merge) = MergePipeline::resume(plan.work(), checkpoint, MergeLimits::default()) else {
        return;
    };
    for step in 0..STEPS {
        match merge.next() {
            Ok(MergeStep::Row(_)) => {}
            Ok(MergeStep::Finished) | Err(_) => break,
            Ok(MergeStep::Waiting) => {
                let Some(source) = merge.fetches().first().map(|fetch| fetch.source) else {
                    break;
                };
                if merge.push(source, rows.clone(), (step < 2).then_some("more")).is_err() {
                    break;
                }
            }
        }
    }
    if let Ok(checkpoint) = merge.checkpoint() {
        let written = serde_json::to_string(&checkpoint).expect("a checkpoint is JSON");
        let read: Result<Checkpoint, _> = serde_json::from_str(&written);
        assert!(read.is_ok(), "a checkpoint is read back: {written}");
    }
}
