//! Headers as clients send them, and as they should not.

use http::HeaderValue;

use super::*;

type Rows = [(&'static str, &'static str)];

fn headers(rows: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in rows {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

fn refusal<T>(result: Result<T, Failure>) -> Option<u16> {
    result.err().map(|failure| failure.status().as_u16())
}

#[test]
fn what_a_query_may_do_and_tells() {
    let check = |pairs: &[(&'static str, &'static str)], expected: QuerySettings| {
        assert_eq!(query_settings(&headers(pairs)), expected, "{pairs:?}");
    };
    check(&[], QuerySettings::default());
    let first = ("x-ms-cosmos-populateindexmetrics", "True");
    let second = ("x-ms-cosmos-populateindexmetrics-v2", "true");
    let index = |form| QuerySettings {
        index_metrics: Some(form),
        ..QuerySettings::default()
    };
    check(&[first], index(IndexMetricsForm::First));
    check(&[second], index(IndexMetricsForm::Second));
    check(&[first, second], index(IndexMetricsForm::Second));
    check(
        &[
            ("x-ms-documentdb-query-enable-scan", "true"),
            ("x-ms-documentdb-populatequerymetrics", "true"),
        ],
        QuerySettings {
            may_scan: true,
            query_metrics: Populate::Yes,
            index_metrics: None,
        },
    );
}

#[test]
fn flags_have_any_case() {
    let table = [
        ("true", true),
        ("True", true),
        (" TRUE ", true),
        ("false", false),
        ("False", false),
        ("", false),
        ("1", false),
    ];
    for (value, expected) in table {
        let headers = headers(&[("x-ms-documentdb-is-upsert", value)]);
        assert_eq!(flag(&headers, &header::IS_UPSERT), expected, "{value:?}");
    }
    assert!(!flag(&HeaderMap::new(), &header::IS_UPSERT));
}

#[test]
fn api_versions_are_dates_that_are_not_too_old() {
    let table = [
        (None, None),
        (Some("2020-07-15"), None),
        (Some("2016-07-11"), None),
        (Some("2018-12-31"), None),
        (Some("2016-07-10"), Some(400)),
        (Some("2015-01-01"), Some(400)),
        (Some("latest"), Some(400)),
        (Some("2020-7-15x"), Some(400)),
        (Some(""), Some(400)),
    ];
    for (version, expected) in table {
        let headers =
            version.map_or_else(HeaderMap::new, |text| headers(&[("x-ms-version", text)]));
        assert_eq!(
            refusal(check_api_version(&headers)),
            expected,
            "{version:?}"
        );
    }
}

#[test]
fn preferences_may_stand_in_a_list() {
    let table: &[(&Rows, ContentResponse)] = &[
        (&[], ContentResponse::Full),
        (&[("prefer", "return=minimal")], ContentResponse::Minimal),
        (&[("prefer", "Return=Minimal")], ContentResponse::Minimal),
        (
            &[("prefer", "respond-async, return=minimal; x=1")],
            ContentResponse::Minimal,
        ),
        (
            &[("prefer", "respond-async"), ("prefer", "return=minimal")],
            ContentResponse::Minimal,
        ),
        (
            &[("prefer", "return=representation")],
            ContentResponse::Full,
        ),
        (&[("prefer", "return=minimalist")], ContentResponse::Full),
    ];
    for (rows, expected) in table {
        assert_eq!(content(&headers(rows)), *expected, "{rows:?}");
    }
}

#[test]
fn options_read_what_every_verb_takes() {
    let read = options(&headers(&[
        ("x-ms-session-token", "0:1#9"),
        ("x-ms-consistency-level", "Eventual"),
        ("x-ms-cosmos-intended-collection-rid", "AAAAAIAAAAE="),
    ]))
    .unwrap();
    assert_eq!(read.session_token.as_deref(), Some("0:1#9"));
    assert_eq!(read.consistency, Some(ConsistencyLevel::Eventual));
    assert_eq!(read.read_strategy, None);
    assert_eq!(read.intended_container_rid.as_deref(), Some("AAAAAIAAAAE="));
    let empty = options(&headers(&[
        ("x-ms-session-token", ""),
        ("x-ms-consistency-level", ""),
    ]));
    assert_eq!(empty.unwrap().session_token, None);
    for (name, value) in [
        ("x-ms-consistency-level", "Stronger"),
        ("x-ms-cosmos-read-consistency-strategy", "Whatever"),
        ("x-ms-session-token", "\u{80}\u{ff}"),
    ] {
        let mut headers = headers(&[(name, value)]);
        if name == "x-ms-session-token" {
            headers.insert(
                header::SESSION_TOKEN,
                HeaderValue::from_bytes(b"\xff\xfe").unwrap(),
            );
        }
        assert_eq!(refusal(options(&headers)), Some(400), "{name}");
    }
}

#[test]
fn paging_takes_whole_numbers() {
    let table = [
        ("", Ok(None)),
        ("-1", Ok(Some(-1))),
        ("10", Ok(Some(10))),
        (" 10 ", Ok(Some(10))),
        ("ten", Err(400)),
        ("1.5", Err(400)),
        ("99999999999999999999", Err(400)),
    ];
    for (value, expected) in table {
        let read = paging(&headers(&[("x-ms-max-item-count", value)]));
        let read = read
            .map(|paging| paging.max_item_count)
            .map_err(|f| f.status().as_u16());
        assert_eq!(read, expected, "{value:?}");
    }
    let read = paging(&headers(&[("x-ms-continuation", "+RID:~x#1")])).unwrap();
    assert_eq!(read.continuation.as_deref(), Some("+RID:~x#1"));
}

#[test]
fn partition_keys_are_json_arrays() {
    let key = |text: &str| partition_key(&headers(&[("x-ms-documentdb-partitionkey", text)]));
    assert_eq!(key(r#"["a"]"#).unwrap(), Some(PartitionKey::from("a")));
    assert_eq!(key(r#"["\u00e9"]"#).unwrap(), key("[\"é\"]").unwrap());
    assert_eq!(partition_key(&HeaderMap::new()).unwrap(), None);
    for malformed in ["", "a", "[", r#"["a"#, "[[1]]", "{}", "[1,2,3,4]"] {
        assert_eq!(refusal(key(malformed)), Some(400), "{malformed:?}");
    }
}

#[test]
fn epk_bounds_come_in_pairs_and_in_order() {
    const RANGE: (&str, &str) = ("x-ms-read-key-type", "EffectivePartitionKeyRange");
    let table: &[(&Rows, Option<u16>)] = &[
        (&[], None),
        (&[RANGE], None),
        (
            &[("x-ms-start-epk", ""), ("x-ms-end-epk", "FF"), RANGE],
            None,
        ),
        (
            &[("x-ms-start-epk", "05C1"), ("x-ms-end-epk", "1FFF")],
            None,
        ),
        (&[("x-ms-start-epk", "05C1")], Some(400)),
        (&[("x-ms-end-epk", "05C1")], Some(400)),
        (
            &[("x-ms-start-epk", "1F"), ("x-ms-end-epk", "05")],
            Some(400),
        ),
        (
            &[("x-ms-start-epk", "0"), ("x-ms-end-epk", "05")],
            Some(400),
        ),
        (
            &[("x-ms-start-epk", "zz"), ("x-ms-end-epk", "ff")],
            Some(400),
        ),
        (
            &[
                ("x-ms-start-epk", "00"),
                ("x-ms-end-epk", "FF"),
                ("x-ms-read-key-type", "EffectivePartitionKey"),
            ],
            Some(400),
        ),
    ];
    for (rows, expected) in table {
        assert_eq!(refusal(epk_range(&headers(rows))), *expected, "{rows:?}");
    }
}

#[test]
fn offers_migrate_one_way_at_a_time() {
    let auto = ("x-ms-cosmos-migrate-offer-to-autopilot", "True");
    let manual = ("x-ms-cosmos-migrate-offer-to-manual-throughput", "true");
    assert_eq!(
        offer_migration(&HeaderMap::new()).unwrap(),
        OfferMigration::None
    );
    assert_eq!(
        offer_migration(&headers(&[auto])).unwrap(),
        OfferMigration::ToAutoscale
    );
    assert_eq!(
        offer_migration(&headers(&[manual])).unwrap(),
        OfferMigration::ToManual
    );
    assert_eq!(
        refusal(offer_migration(&headers(&[auto, manual]))),
        Some(400)
    );
}
