//! Response headers from anywhere: every typed accessor answers without a panic, and twice the same.

use cosmokit_protocol::status::CosmosStatus;
use cosmokit_protocol::wire::header::{self, ResponseHeaders};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// Headers that accessors read; the first byte of a line chooses one.
static NAMES: [HeaderName; 14] = [
    header::ETAG,
    header::REQUEST_CHARGE,
    header::SESSION_TOKEN,
    header::CONTINUATION,
    header::ACTIVITY_ID,
    header::SUBSTATUS,
    header::RETRY_AFTER_MS,
    header::LSN,
    header::ITEM_COUNT,
    header::PARTITION_KEY_RANGE_ID,
    HeaderName::from_static("x-ms-request-duration-ms"),
    HeaderName::from_static("x-ms-global-committed-lsn"),
    HeaderName::from_static("x-ms-number-of-read-regions"),
    HeaderName::from_static("x-ms-offer-replace-pending"),
];

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let mut map = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(64) {
        let Some((choice, value)) = line.split_first() else {
            continue;
        };
        let name = NAMES.get(usize::from(*choice) % NAMES.len());
        if let (Some(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
            map.append(name.clone(), value);
        }
    }
    // What does not stand behind a chosen name is tried as the value of each.
    if let Ok(value) = HeaderValue::from_bytes(data) {
        for name in &NAMES {
            map.entry(name).or_insert_with(|| value.clone());
        }
    }
    let headers = ResponseHeaders::from(map);
    assert_eq!(read(&headers), read(&headers));
    let status = CosmosStatus::from_parts(StatusCode::GONE, headers.substatus().copied());
    let _ = (status.name(), status.to_string());
}

fn read(headers: &ResponseHeaders) -> String {
    let texts = [
        headers.continuation(),
        headers.index_metrics(),
        headers.query_metrics(),
        headers.partition_key_range_id(),
        headers.correlated_activity_id(),
    ];
    let numbers = (
        headers.lsn(),
        headers.item_lsn(),
        headers.item_count(),
        headers.global_committed_lsn(),
        headers.number_of_read_regions(),
        headers.offer_replace_pending(),
    );
    let charge = headers.request_charge().map(|charge| charge.value());
    assert!(charge.is_none_or(f64::is_finite), "a charge is a number");
    format!(
        "{texts:?} {numbers:?} {charge:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        headers.etag(),
        headers.session_token(),
        headers.activity_id(),
        headers.substatus(),
        headers.server_duration(),
        headers.retry_after(),
    )
}
