//! One header, the same in requests and answers. A request may carry several values, as several
//! lines or joined by commas; all are merged, so a client that makes calls in parallel only has to
//! send back the last few strings it was given.

use super::value::MAX_VALUE_CHARS;
use super::{Received, Rejected, Values};
use crate::carried::Seconds;

/// The header, unless another is chosen.
pub const DEFAULT_NAME: &str = "cosmos-session";

/// Values that are read of one request.
pub const MAX_VALUES: usize = 64;
/// Characters that are read of one request, over all values.
pub const MAX_CHARS: usize = 64 * 1024;

/// Reads the values of a request's header lines.
pub fn receive<'a>(
    values: &Values,
    lines: impl IntoIterator<Item = &'a str>,
    binding: Option<&[u8]>,
    now: Seconds,
) -> Received {
    let mut received = Received::default();
    let mut chars = 0_usize;
    let texts = lines.into_iter().flat_map(|line| line.split(','));
    let texts = texts.map(str::trim).filter(|text| !text.is_empty());
    for (count, text) in texts.enumerate() {
        // One that is too long is refused by its length alone.
        if text.len() <= MAX_VALUE_CHARS {
            chars += text.len();
        }
        if count >= MAX_VALUES || chars > MAX_CHARS {
            received.rejected.push(Rejected::TooMany);
            break;
        }
        received.add(values.open(text, binding, now));
    }
    received
}
