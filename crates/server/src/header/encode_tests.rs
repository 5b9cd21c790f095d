//! Every fact becomes its header, and an absent fact none.

use std::collections::BTreeMap;
use std::sync::Arc;

use cosmokit_engine::response::{
    OfferFacts, OwnerFacts, PartitionFacts, QuotaFacts, QuotaSubject, ReplicaRole,
};
use cosmokit_protocol::id::Etag;
use cosmokit_protocol::wire::charge::RequestCharge;

use super::*;

fn stamp() -> Stamp {
    Stamp {
        activity_id: HeaderValue::from_static("11111111-2222-4333-8444-555555555555"),
        date: HeaderValue::from_static("Thu, 27 Apr 2017 12:00:00 GMT"),
        last_state_change: HeaderValue::from_static("Thu, 27 Apr 2017 11:00:00 GMT"),
        request_number: 17,
        duration: Duration::from_micros(1_250),
    }
}

fn written(facts: &Facts, outcome: Outcome) -> BTreeMap<String, String> {
    encode(facts, outcome, stamp())
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect()
}

fn table(rows: &[(&str, &str)]) -> BTreeMap<String, String> {
    rows.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

const STAMP: &[(&str, &str)] = &[
    ("date", "Thu, 27 Apr 2017 12:00:00 GMT"),
    ("x-ms-activity-id", "11111111-2222-4333-8444-555555555555"),
    ("x-ms-gatewayversion", "version=2.14.0"),
    (
        "x-ms-last-state-change-utc",
        "Thu, 27 Apr 2017 11:00:00 GMT",
    ),
    ("x-ms-request-duration-ms", "1.250"),
    ("x-ms-schemaversion", "1.19"),
    ("x-ms-serviceversion", "version=2.14.0.0"),
    ("x-ms-transport-request-id", "17"),
];

fn lsn(value: u64) -> Lsn {
    Lsn::new(value).unwrap()
}

#[test]
fn an_answer_without_facts_still_has_charge_and_stamp() {
    let mut expected = table(STAMP);
    expected.insert("x-ms-request-charge".into(), "0".into());
    assert_eq!(written(&Facts::default(), Outcome::default()), expected);
}

#[test]
fn all_facts_of_a_point_read() {
    let facts = Facts {
        charge: RequestCharge::new(1.0),
        etag: Some(Etag::from("\"0000d826\"")),
        session_token: Some("0:1#9#4=8".into()),
        continuation: Some("next".into()),
        item_count: Some(3),
        position: Some(Position {
            lsn: lsn(9),
            item_lsn: Some(lsn(5)),
            local_lsn: lsn(8),
            item_local_lsn: Some(lsn(4)),
            global_committed_lsn: None,
            quorum_acked_lsn: Some(lsn(9)),
            quorum_acked_local_lsn: Some(lsn(7)),
            write_quorum: 3,
            replica_set_size: 4,
            read_regions: 2,
            role: ReplicaRole::Secondary,
        }),
        partition: Some(Arc::new(PartitionFacts {
            range_id: "0".into(),
            internal_id: "aaaa".into(),
            physical_id: "6".into(),
        })),
        owner: Some(Arc::new(OwnerFacts {
            alt_content_path: "dbs/Zoë/colls/C".into(),
            content_path: "AAAAAIAAAAE=".into(),
        })),
        quota: Some(QuotaFacts {
            documents: 2,
            documents_bytes: 3_000,
            subject: QuotaSubject::Items,
            index_transformation_progress: Some(100),
        }),
        offer: Some(OfferFacts {
            replace_pending: false,
            minimum_throughput: 400,
        }),
        metrics: None,
        script_log: None,
    };
    let outcome = Outcome {
        body: BodyKind::Json,
        ..Outcome::default()
    };
    let mut expected = table(STAMP);
    expected.extend(table(&[
        ("content-type", "application/json"),
        ("etag", "\"0000d826\""),
        ("lsn", "9"),
        ("x-ms-alt-content-path", "dbs/Zo%C3%AB/colls/C"),
        ("x-ms-content-path", "AAAAAIAAAAE="),
        ("x-ms-continuation", "next"),
        ("x-ms-cosmos-internal-partition-id", "aaaa"),
        ("x-ms-cosmos-item-llsn", "4"),
        ("x-ms-cosmos-llsn", "8"),
        ("x-ms-cosmos-min-throughput", "400"),
        ("x-ms-cosmos-physical-partition-id", "6"),
        ("x-ms-cosmos-quorum-acked-llsn", "7"),
        ("x-ms-current-replica-set-size", "4"),
        ("x-ms-current-write-quorum", "3"),
        (
            "x-ms-documentdb-collection-index-transformation-progress",
            "100",
        ),
        ("x-ms-documentdb-partitionkeyrangeid", "0"),
        ("x-ms-global-committed-lsn", "-1"),
        ("x-ms-item-count", "3"),
        ("x-ms-item-lsn", "5"),
        ("x-ms-lsn", "9"),
        ("x-ms-number-of-read-regions", "2"),
        ("x-ms-offer-min-throughput", "400"),
        ("x-ms-offer-replace-pending", "false"),
        ("x-ms-quorum-acked-lsn", "9"),
        ("x-ms-request-charge", "1"),
        (
            "x-ms-resource-quota",
            "documentSize=10240;documentsSize=10485760;documentsCount=-1;collectionSize=10485760;",
        ),
        (
            "x-ms-resource-usage",
            "documentSize=0;documentsSize=3;documentsCount=2;collectionSize=3;",
        ),
        ("x-ms-session-token", "0:1#9#4=8"),
        ("x-ms-xp-role", "2"),
    ]));
    assert_eq!(written(&facts, outcome), expected);
}

#[test]
fn a_log_is_encoded_whole() {
    let facts = Facts {
        script_log: Some("a b\né%".into()),
        ..Facts::default()
    };
    let headers = written(&facts, Outcome::default());
    assert_eq!(
        headers["x-ms-documentdb-script-log-results"],
        "a%20b%0A%C3%A9%25"
    );
}

#[test]
fn metrics_come_in_the_form_that_was_asked_for() {
    let json = r#"{"UtilizedSingleIndexes":[{"IndexSpec":"/n/?"}]}"#;
    let check = |form: IndexMetricsForm, expected: &str| {
        let facts = Facts {
            metrics: Some(Box::new(MetricsFacts {
                query: Some("a=1.00;b=2".into()),
                index: Some((form, json.into())),
            })),
            ..Facts::default()
        };
        let headers = written(&facts, Outcome::default());
        assert_eq!(headers["x-ms-documentdb-query-metrics"], "a=1.00;b=2");
        let index = &headers["x-ms-cosmos-index-utilization"];
        assert!(index.starts_with(expected), "{index}");
        let read = cosmokit_protocol::op::IndexMetrics::parse(index).unwrap();
        assert_eq!(read.utilized_single, ["/n/?"]);
    };
    check(IndexMetricsForm::First, "eyJVdGlsaXpl");
    check(IndexMetricsForm::Second, "%7B%22Utilized");
}

#[test]
fn refusals_carry_substatus_and_wait() {
    let outcome = Outcome {
        substatus: Some(SubStatusCode::new(3200)),
        retry_after: Some(Duration::from_millis(120)),
        body: BodyKind::Json,
    };
    let facts = Facts {
        charge: RequestCharge::new(0.38),
        ..Facts::default()
    };
    let headers = written(&facts, outcome);
    assert_eq!(headers["x-ms-substatus"], "3200");
    assert_eq!(headers["x-ms-retry-after-ms"], "120");
    assert_eq!(headers["x-ms-request-charge"], "0.38");
}
