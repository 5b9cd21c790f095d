//! Request headers of the verbs that touch many items: batch, bulk, the change feed
//! (protocol.md §13, §18).

use std::time::UNIX_EPOCH;

use cosmokit_engine::clock::Timestamp;
use cosmokit_engine::request::{AfterFailure, BatchMode, ChangeFeedFormat};
use cosmokit_engine::response::Failure;
use cosmokit_protocol::op::ChangeFeedMode;
use cosmokit_protocol::wire::header::{self, value};
use http::HeaderMap;

use super::decode::{flag, text};
use crate::refusal::bad_request;

/// Whether a batch is a transaction: unless the header says that it is not, because a bulk request
/// that is carried out as a whole loses nothing, and half a transaction does.
pub(crate) fn batch_mode(headers: &HeaderMap) -> BatchMode {
    let is_atomic =
        !headers.contains_key(header::BATCH_ATOMIC) || flag(headers, &header::BATCH_ATOMIC);
    if is_atomic {
        BatchMode::Atomic
    } else if flag(headers, &header::BATCH_CONTINUE_ON_ERROR) {
        BatchMode::Bulk(AfterFailure::Continue)
    } else {
        BatchMode::Bulk(AfterFailure::Stop)
    }
}

/// Which change feed is read.
pub(crate) fn change_feed_mode(headers: &HeaderMap) -> Result<ChangeFeedMode, Failure> {
    let kind = text(headers, &header::A_IM)?.unwrap_or_default();
    ChangeFeedMode::from_a_im(kind).ok_or_else(|| {
        bad_request(format!(
            "header {} is {kind:?}; a change feed is {:?} or {:?}",
            header::A_IM,
            ChangeFeedMode::LatestVersion.a_im(),
            ChangeFeedMode::AllVersionsAndDeletes.a_im()
        ))
    })
}

/// From which second on changes are wanted.
pub(crate) fn if_modified_since(headers: &HeaderMap) -> Result<Option<Timestamp>, Failure> {
    let Some(date) = text(headers, &header::IF_MODIFIED_SINCE)?.filter(|date| !date.is_empty())
    else {
        return Ok(None);
    };
    let instant = httpdate::parse_http_date(date.trim_ascii()).map_err(|_| {
        bad_request(format!(
            "header {} is not a date like {:?}",
            header::IF_MODIFIED_SINCE,
            "Thu, 27 Apr 2017 00:31:12 GMT"
        ))
    })?;
    let since_1970 = instant.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Some(Timestamp::from_secs(since_1970.as_secs())))
}

/// How changes are written. Versions of the format behind the first are taken for it.
pub(crate) fn change_feed_format(headers: &HeaderMap) -> ChangeFeedFormat {
    let first = value::CHANGEFEED_WIRE_FORMAT_2021_09_15;
    match headers.get(header::CHANGEFEED_WIRE_FORMAT_VERSION) {
        Some(version) if version.as_bytes() >= first.as_bytes() => ChangeFeedFormat::Envelopes,
        _ => ChangeFeedFormat::Documents,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(given: &[(&'static str, &'static str)]) -> HeaderMap {
        given
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn a_batch_is_a_transaction_unless_it_says_no() {
        let check = |atomic: Option<&'static str>, go_on: Option<&'static str>, expected| {
            let mut given = Vec::new();
            given.extend(atomic.map(|text| ("x-ms-cosmos-batch-atomic", text)));
            given.extend(go_on.map(|text| ("x-ms-cosmos-batch-continue-on-error", text)));
            assert_eq!(batch_mode(&headers(&given)), expected, "{given:?}");
        };
        check(None, None, BatchMode::Atomic);
        check(Some("True"), Some("False"), BatchMode::Atomic);
        check(Some("true"), None, BatchMode::Atomic);
        check(
            Some("false"),
            Some("true"),
            BatchMode::Bulk(AfterFailure::Continue),
        );
        check(Some("False"), None, BatchMode::Bulk(AfterFailure::Stop));
    }

    #[test]
    fn change_feeds_are_told_by_their_header() {
        let check = |text: &'static str, expected: Option<ChangeFeedMode>| {
            let mode = change_feed_mode(&headers(&[("a-im", text)]));
            assert_eq!(mode.ok(), expected, "{text}");
        };
        check("Incremental Feed", Some(ChangeFeedMode::LatestVersion));
        check("Incremental feed", Some(ChangeFeedMode::LatestVersion));
        check(
            "Full-Fidelity Feed",
            Some(ChangeFeedMode::AllVersionsAndDeletes),
        );
        check("Everything", None);
        check("", None);
    }

    #[test]
    fn dates_are_read_to_the_second() {
        let check = |text: &'static str, expected: Option<Option<u64>>| {
            let since = if_modified_since(&headers(&[("if-modified-since", text)]));
            let expected = expected.map(|seconds| seconds.map(Timestamp::from_secs));
            assert_eq!(since.ok(), expected, "{text}");
        };
        check("Thu, 27 Apr 2017 00:31:12 GMT", Some(Some(1_493_253_072)));
        check("", Some(None));
        check("yesterday", None);
        check("1493253072", None);
    }

    #[test]
    fn the_wire_format_asks_for_envelopes() {
        const NAME: &str = "x-ms-cosmos-changefeed-wire-format-version";
        let check = |given: &[(&'static str, &'static str)], expected| {
            assert_eq!(change_feed_format(&headers(given)), expected, "{given:?}");
        };
        check(&[], ChangeFeedFormat::Documents);
        check(&[(NAME, "2021-09-15")], ChangeFeedFormat::Envelopes);
        check(&[(NAME, "")], ChangeFeedFormat::Documents);
    }
}
