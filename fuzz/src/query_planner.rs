//! Query texts to plans, for several kinds of partition keys: never a panic, what is written is read back, and the texts
//! that partitions are asked are queries themselves.

use cosmokit_protocol::partition::{PartitionKeyDefinition, PartitionKeyKind};
use cosmokit_query::Schema;
use cosmokit_query::plan::{Features, ORDER_BY_FILTER, PartitionedQueryExecutionInfo, PreparedQuery, Work};
use cosmokit_query::value::Value;

fn definitions() -> [PartitionKeyDefinition; 3] {
    [
        PartitionKeyDefinition::from("/pk"),
        PartitionKeyDefinition::from_paths(vec!["/a".to_owned(), "/b".to_owned()]),
        PartitionKeyDefinition::from("/pk").with_kind(PartitionKeyKind::Range),
    ]
}

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for definition in definitions() {
        let Ok(prepared) = PreparedQuery::prepare(text, &Schema::default(), &definition) else {
            continue;
        };
        let parameters = [("@p", Value::from(2_i64)), ("@q", Value::from("text")), ("@r", Value::Null)];
        let Ok(plan) = prepared.plan(parameters) else {
            continue;
        };
        let _ = (plan.check_client_counts(), plan.features().require(Features::NONE));
        let document = plan.to_document(&definition);
        let written = serde_json::to_string(&document).expect("a plan is JSON");
        let read: PartitionedQueryExecutionInfo = serde_json::from_str(&written).expect("a plan is read back");
        assert_eq!(read, document);
        let ranges = plan.key_ranges().epk_ranges(&definition);
        assert!(ranges.windows(2).all(|pair| match pair {
            [one, two] => one.max() <= two.min(),
            _ => true,
        }), "ranges overlap or are not in order");
        if let Work::Query(info) = plan.work()
            && !info.rewritten_query.is_empty()
        {
            let sent = info.rewritten_query.replace(ORDER_BY_FILTER, "true");
            // A rewritten text is longer and deeper: only that may keep it from being a query.
            if let Err(error) = cosmokit_query::syntax::parse(&sent) {
                let told = error.to_string();
                assert!(told.contains("limit") || told.contains("exceed") || told.contains("nest"), "{told}: {sent}");
            }
        }
    }
}
