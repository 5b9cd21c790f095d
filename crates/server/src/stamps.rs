//! Makes what every answer carries: a date that is formatted once per second, an activity id when
//! the client sent none, a number per request. Ids come from a seed, so that a run can be repeated.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cosmokit_protocol::id::ActivityId;
use cosmokit_protocol::wire::header;
use http::{HeaderMap, HeaderValue};

/// Longest activity id of a client that is echoed; a GUID has 36 characters.
const MAX_ECHOED_BYTES: usize = 64;

/// Where stamps come from.
#[derive(Debug)]
pub(crate) struct Stamps {
    seed: u64,
    requests: AtomicU64,
    date: Mutex<FormattedDate>,
    last_state_change: HeaderValue,
}

#[derive(Debug)]
struct FormattedDate {
    unix_seconds: u64,
    value: HeaderValue,
}

impl Stamps {
    /// Stamps for an account that came up at `now`.
    pub(crate) fn new(seed: u64, now: SystemTime) -> Self {
        let unix_seconds = unix_seconds(now);
        let value = format_date(unix_seconds);
        Self {
            seed,
            requests: AtomicU64::new(0),
            last_state_change: value.clone(),
            date: Mutex::new(FormattedDate {
                unix_seconds,
                value,
            }),
        }
    }

    /// The number of this request, counted from 1.
    pub(crate) fn next_number(&self) -> u64 {
        self.requests.fetch_add(1, Relaxed) + 1
    }

    /// The request's activity id, or one made for the request of this number when it has none that
    /// can be echoed.
    pub(crate) fn activity_id(&self, headers: &HeaderMap, number: u64) -> HeaderValue {
        let given = headers.get(header::ACTIVITY_ID).filter(|given| {
            let bytes = given.as_bytes();
            !bytes.is_empty()
                && bytes.len() <= MAX_ECHOED_BYTES
                && bytes
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        });
        given
            .cloned()
            .unwrap_or_else(|| self.new_activity_id(number))
    }

    fn new_activity_id(&self, number: u64) -> HeaderValue {
        let random = fastrand::Rng::with_seed(self.seed.wrapping_add(number)).u128(..);
        let id = ActivityId::from_random_bytes(random.to_be_bytes());
        HeaderValue::from_str(id.as_str()).expect("a GUID is visible ASCII")
    }

    /// The `date` header for this instant.
    pub(crate) fn date(&self, now: SystemTime) -> HeaderValue {
        let unix_seconds = unix_seconds(now);
        let mut formatted = self.date.lock().unwrap_or_else(PoisonError::into_inner);
        if formatted.unix_seconds != unix_seconds {
            *formatted = FormattedDate {
                unix_seconds,
                value: format_date(unix_seconds),
            };
        }
        formatted.value.clone()
    }

    /// When the account came up.
    pub(crate) fn last_state_change(&self) -> HeaderValue {
        self.last_state_change.clone()
    }
}

fn unix_seconds(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// RFC 1123 text of a second, up to the year 9999, beyond which there is no such text.
fn format_date(unix_seconds: u64) -> HeaderValue {
    const LAST: u64 = 253_402_300_799;
    let instant = UNIX_EPOCH + Duration::from_secs(unix_seconds.min(LAST));
    HeaderValue::from_str(&httpdate::fmt_http_date(instant)).expect("a date is visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(unix_seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(unix_seconds)
    }

    #[test]
    fn dates_follow_the_clock_in_both_directions() {
        let stamps = Stamps::new(0, at(0));
        let table = [
            (1_493_253_072, "Thu, 27 Apr 2017 00:31:12 GMT"),
            (1_493_253_073, "Thu, 27 Apr 2017 00:31:13 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ];
        for (second, expected) in table {
            assert_eq!(stamps.date(at(second)), expected);
            assert_eq!(
                stamps.date(at(second) + Duration::from_millis(999)),
                expected
            );
        }
        assert_eq!(format_date(u64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    #[test]
    fn ids_are_echoed_or_made_from_the_seed() {
        let ids = |seed, given: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(given) = given {
                headers.insert(header::ACTIVITY_ID, HeaderValue::from_static(given));
            }
            Stamps::new(seed, at(0)).activity_id(&headers, 1)
        };
        let guid = "11111111-2222-4333-8444-555555555555";
        assert_eq!(ids(1, Some(guid)), guid);
        assert_eq!(ids(1, None), ids(1, None));
        assert_ne!(ids(1, None), ids(2, None));
        for refused in [
            "",
            "a b",
            "<script>",
            concat!(
                "0123456789012345678901234567890123456789",
                "0123456789012345678901234567890123456789"
            ),
        ] {
            assert_eq!(ids(1, Some(refused)), ids(1, None), "{refused}");
        }
    }

    #[test]
    fn numbers_count() {
        let stamps = Stamps::new(0, at(0));
        assert_eq!([stamps.next_number(), stamps.next_number()], [1, 2]);
    }
}
