//! The cookies of a request that are ours.

use super::CookieOptions;
use crate::carried::Seconds;
use crate::carry::value::MAX_VALUE_CHARS;
use crate::carry::{Received, Rejected, Values};

/// Cookies of ours that are read of one request; further ones are hostile or worthless, and
/// deleted at the next occasion. So many answers at the same time may each have set one.
pub const MAX_COOKIES: usize = 64;
/// Cookies of ours above which an answer writes one in place of all, though it has no news.
pub const TIDY_ABOVE: usize = 8;
/// Characters above which an answer does so too: browsers, proxies and servers limit what a request may carry.
const TIDY_ABOVE_CHARS: usize = 8 * 1024;
/// Characters that are read of one request, over all cookies of ours.
const MAX_CHARS: usize = 64 * 1024;
/// Names that an answer deletes at most.
const MAX_DELETED: usize = 128;
/// The characters that follow the prefix.
const SUFFIX_CHARS: usize = 12;

/// What a request's cookies brought.
#[derive(Clone, Debug, Default)]
pub struct ReceivedCookies {
    /// Their content.
    pub received: Received,
    /// Names that the next written cookie takes the place of.
    pub(super) replaced: Vec<String>,
    /// Their characters.
    chars: usize,
}

impl ReceivedCookies {
    /// Whether there are so many, or such long ones, that an answer should write one in place of all.
    pub fn wants_tidying(&self) -> bool {
        self.replaced.len() > TIDY_ABOVE || self.chars > TIDY_ABOVE_CHARS
    }

    /// How many cookies the next written one takes the place of.
    pub fn replaced(&self) -> usize {
        self.replaced.len()
    }
}

/// Reads the `Cookie` lines of a request.
pub fn receive<'a>(
    options: &CookieOptions,
    values: &Values,
    lines: impl IntoIterator<Item = &'a str>,
    binding: Option<&[u8]>,
    now: Seconds,
) -> ReceivedCookies {
    let prefix = options.full_prefix();
    let mut found = ReceivedCookies::default();
    let mut chars = 0_usize;
    let mut read = 0;
    let pairs = lines.into_iter().flat_map(|line| line.split(';'));
    for (name, value) in pairs.filter_map(|pair| pair.trim().split_once('=')) {
        if !name.strip_prefix(&prefix).is_some_and(is_suffix) {
            continue;
        }
        read += 1;
        // One that is too long is refused by its length alone.
        if value.len() <= MAX_VALUE_CHARS {
            chars += value.len();
        }
        if read > MAX_COOKIES || chars > MAX_CHARS {
            if !found.received.rejected.contains(&Rejected::TooMany) {
                found.received.rejected.push(Rejected::TooMany);
            }
            found.replace(name);
            continue;
        }
        let value = values.open(value.trim_matches('"'), binding, now);
        if !matches!(&value, Err(reason) if reason.may_be_of_another_version()) {
            found.replace(name);
        }
        found.received.add(value);
    }
    found.chars = chars;
    found
}

impl ReceivedCookies {
    fn replace(&mut self, name: &str) {
        if self.replaced.len() < MAX_DELETED && !self.replaced.iter().any(|known| known == name) {
            self.replaced.push(name.to_owned());
        }
    }
}

/// Names that this crate makes: a deletion repeats the name, so nothing else may get there.
fn is_suffix(suffix: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    suffix.len() == SUFFIX_CHARS && suffix.bytes().all(is_allowed)
}
