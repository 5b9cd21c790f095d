//! The `x-ms-date` of requests, written once per second.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use arc_swap::ArcSwapOption;
use http::HeaderValue;

use crate::clock::Clock;

/// The date that was written last.
#[derive(Debug, Default)]
pub(crate) struct WireDate(ArcSwapOption<Written>);

#[derive(Debug)]
struct Written {
    second: u64,
    value: HeaderValue,
}

impl WireDate {
    /// The current date in RFC 1123 form.
    pub(crate) fn now(&self, clock: Clock) -> HeaderValue {
        let second = clock.unix_seconds();
        if let Some(written) = &*self.0.load()
            && written.second == second
        {
            return written.value.clone();
        }
        let text = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(second));
        let value = HeaderValue::try_from(text).expect("a date is visible ASCII");
        self.0.store(Some(Arc::new(Written {
            second,
            value: value.clone(),
        })));
        value
    }
}
