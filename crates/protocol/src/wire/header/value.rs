//! Fixed header values.

use http::HeaderValue;

/// The API version this project speaks; servers accept any from [`OLDEST_API_VERSION`] on.
pub const API_VERSION: &str = "2020-07-15";

/// The oldest API version the local account accepts.
pub const OLDEST_API_VERSION: &str = "2016-07-11";

/// Media type of documents.
pub const APPLICATION_JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Media type of queries.
pub const QUERY_JSON: HeaderValue = HeaderValue::from_static("application/query+json");

/// Media type of partial updates as documented; [`PATCH_JSON_STANDARD`] is read as well.
pub const PATCH_JSON: HeaderValue = HeaderValue::from_static("application/json_patch+json");

/// Media type of partial updates as RFC 6902 spells it and the Python client sends it.
pub const PATCH_JSON_STANDARD: HeaderValue =
    HeaderValue::from_static("application/json-patch+json");

/// `prefer: return=minimal`.
pub const RETURN_MINIMAL: HeaderValue = HeaderValue::from_static("return=minimal");

/// `a-im` for the latest version of each item and for partition key ranges.
pub const INCREMENTAL_FEED: HeaderValue = HeaderValue::from_static("Incremental Feed");

/// `a-im` for all versions and deletes.
pub const FULL_FIDELITY_FEED: HeaderValue = HeaderValue::from_static("Full-Fidelity Feed");

/// `x-ms-cosmos-changefeed-wire-format-version` for change items in envelopes.
pub const CHANGEFEED_WIRE_FORMAT_2021_09_15: HeaderValue = HeaderValue::from_static("2021-09-15");

/// `x-ms-read-key-type` of EPK bounds.
pub const EFFECTIVE_PARTITION_KEY_RANGE: HeaderValue =
    HeaderValue::from_static("EffectivePartitionKeyRange");

/// `x-ms-cosmos-supported-serialization-formats` of point operations that read binary JSON.
pub const COSMOS_BINARY: HeaderValue = HeaderValue::from_static("CosmosBinary");

/// `x-ms-cosmos-supported-serialization-formats` of queries that read both forms.
pub const JSON_TEXT_AND_COSMOS_BINARY: HeaderValue =
    HeaderValue::from_static("JsonText,CosmosBinary");

/// `cache-control` of every request.
pub const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// The common truth value; readers accept any case.
pub const TRUE: HeaderValue = HeaderValue::from_static("true");

/// The other one.
pub const FALSE: HeaderValue = HeaderValue::from_static("false");

/// Reads a truth value in any case, as clients send `true`, `True` and `TRUE`. `None` for
/// anything else.
pub fn parse_bool(text: &str) -> Option<bool> {
    let text = text.trim_ascii();
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}
