//! Writes header values one after another into one buffer: two allocations for all of them.

use std::fmt::Write as _;

use bytes::{BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

/// Room for the texts of an ordinary answer; more grows.
const TEXT_BYTES: usize = 640;
/// Room for the headers of an ordinary answer; more grows.
const HEADER_COUNT: usize = 44;
/// What a value may not hold as it is: control characters and, because clients read header values
/// as ASCII, everything beyond it. `%` is left alone, so that encoded texts stay what they are.
const NOT_IN_VALUES: &AsciiSet = CONTROLS;

/// A header map in the making.
pub(super) struct ValueWriter {
    headers: HeaderMap,
    text: BytesMut,
}

impl ValueWriter {
    pub(super) fn new() -> Self {
        Self {
            headers: HeaderMap::with_capacity(HEADER_COUNT),
            text: BytesMut::with_capacity(TEXT_BYTES),
        }
    }

    pub(super) fn finish(self) -> HeaderMap {
        self.headers
    }

    /// A value that exists already.
    pub(super) fn ready(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.insert(name, value);
    }

    /// A text; an empty one sends no header.
    pub(super) fn text(&mut self, name: HeaderName, value: &str) {
        if value.is_empty() {
            return;
        }
        let visible = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if visible {
            self.text.put_slice(value.as_bytes());
        } else {
            for piece in percent_encode(value.as_bytes(), NOT_IN_VALUES) {
                self.text.put_slice(piece.as_bytes());
            }
        }
        self.take(name);
    }

    /// A whole number.
    pub(super) fn number(&mut self, name: HeaderName, value: u64) {
        self.put_decimal(value);
        self.take(name);
    }

    /// A whole number, or `-1` for an absent one.
    pub(super) fn number_or_minus_one(&mut self, name: HeaderName, value: Option<u64>) {
        match value {
            Some(value) => self.number(name, value),
            None => self.ready(name, HeaderValue::from_static("-1")),
        }
    }

    /// A number of thousandths, with its point: 1234 is `1.234`.
    pub(super) fn thousandths(&mut self, name: HeaderName, value: u64) {
        self.put_decimal(value / 1000);
        let rest = value % 1000;
        if rest > 0 {
            self.text.put_slice(match rest {
                0..=9 => b".00",
                10..=99 => b".0",
                _ => b".",
            });
            self.put_decimal(rest);
        }
        self.take(name);
    }

    /// Anything that prints as visible ASCII.
    pub(super) fn printed(&mut self, name: HeaderName, value: impl std::fmt::Display) {
        write!(self.text, "{value}").expect("a growing buffer takes every text");
        self.take(name);
    }

    fn put_decimal(&mut self, mut value: u64) {
        // 20 digits are enough for every u64.
        let mut digits = [0_u8; 20];
        let mut used = 0;
        for slot in digits.iter_mut().rev() {
            *slot = b'0' + u8::try_from(value % 10).expect("a digit");
            used += 1;
            value /= 10;
            if value == 0 {
                break;
            }
        }
        let (_, written) = digits.split_at(digits.len() - used);
        self.text.put_slice(written);
    }

    /// Makes what was written since the last call the value of `name`. A text that no header may
    /// hold is left out; the callers above write none.
    fn take(&mut self, name: HeaderName) {
        let written: Bytes = self.text.split().freeze();
        if let Ok(value) = HeaderValue::from_maybe_shared(written) {
            self.headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: HeaderName = HeaderName::from_static("x-name");

    fn check(write: impl FnOnce(&mut ValueWriter), expected: Option<&str>) {
        let mut writer = ValueWriter::new();
        write(&mut writer);
        let headers = writer.finish();
        assert_eq!(
            headers.get(NAME).map(|value| value.to_str().unwrap()),
            expected
        );
    }

    #[test]
    fn texts_are_made_fit_for_a_header() {
        let table = [
            ("", None),
            ("0:1#9#4=8", Some("0:1#9#4=8")),
            ("dbs/a b/colls/100%", Some("dbs/a b/colls/100%")),
            ("dbs/Zoë", Some("dbs/Zo%C3%AB")),
            ("a\r\nset-cookie: b", Some("a%0D%0Aset-cookie: b")),
            ("\u{7f}", Some("%7F")),
        ];
        for (text, expected) in table {
            check(|writer| writer.text(NAME, text), expected);
        }
    }

    #[test]
    fn numbers_print_as_the_standard_library_prints_them() {
        for value in [0, 1, 9, 10, 99, 100, 1_234_567_890, u64::MAX] {
            check(
                |writer| writer.number(NAME, value),
                Some(&value.to_string()),
            );
        }
        check(|writer| writer.number_or_minus_one(NAME, None), Some("-1"));
        check(
            |writer| writer.number_or_minus_one(NAME, Some(7)),
            Some("7"),
        );
    }

    #[test]
    fn thousandths_keep_their_zeros() {
        let table = [
            (0, "0"),
            (1, "0.001"),
            (10, "0.010"),
            (100, "0.100"),
            (1000, "1"),
            (2045, "2.045"),
        ];
        for (value, expected) in table {
            check(|writer| writer.thousandths(NAME, value), Some(expected));
        }
    }

    #[test]
    fn values_do_not_run_into_each_other() {
        let mut writer = ValueWriter::new();
        writer.text(NAME, "first");
        writer.number(HeaderName::from_static("x-second"), 2);
        let long = "l".repeat(3 * TEXT_BYTES);
        writer.text(HeaderName::from_static("x-third"), &long);
        let headers = writer.finish();
        assert_eq!(headers.get("x-name").unwrap(), "first");
        assert_eq!(headers.get("x-second").unwrap(), "2");
        assert_eq!(headers.get("x-third").unwrap(), &long);
    }
}
