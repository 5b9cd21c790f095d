//! The id of a partition key range inside a session token: a short text of digits.

use std::fmt;
use std::str::FromStr;

use super::error::SegmentFault;

/// Digits a [`RangeId`] may have.
pub const MAX_RANGE_ID_DIGITS: usize = 10;

/// The id of a partition key range, 1 to 10 digits, kept inline and copied freely.
///
/// It is text: `0` and `00` differ. It is unique within one container only; range `0` exists in
/// every container.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RangeId {
    /// Number of digits; first in the struct so that shorter ids sort first.
    len: u8,
    /// The digits, left-aligned, zero bytes behind.
    digits: [u8; MAX_RANGE_ID_DIGITS],
}

impl RangeId {
    /// Reads an id.
    ///
    /// # Errors
    /// [`SegmentFault::RangeId`] unless `text` is 1 to 10 ASCII digits.
    pub fn parse(text: &str) -> Result<Self, SegmentFault> {
        let bytes = text.as_bytes();
        let len = u8::try_from(bytes.len()).map_err(|_| SegmentFault::RangeId)?;
        if bytes.is_empty() || !bytes.iter().all(u8::is_ascii_digit) {
            return Err(SegmentFault::RangeId);
        }
        let mut digits = [0; MAX_RANGE_ID_DIGITS];
        digits
            .get_mut(..bytes.len())
            .ok_or(SegmentFault::RangeId)?
            .copy_from_slice(bytes);
        Ok(Self { len, digits })
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.digits
            .get(..usize::from(self.len))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            // The length is within the array and digits are ASCII.
            .unwrap_or_default()
    }
}

impl From<u32> for RangeId {
    fn from(number: u32) -> Self {
        let mut reversed = [0; MAX_RANGE_ID_DIGITS];
        let mut rest = number;
        let mut len = 0_u8;
        for slot in &mut reversed {
            *slot = b'0' + u8::try_from(rest % 10).expect("a remainder of 10 fits a byte");
            rest /= 10;
            len += 1;
            if rest == 0 {
                break;
            }
        }
        let mut digits = [0; MAX_RANGE_ID_DIGITS];
        let written = reversed.iter().take(len.into()).rev();
        for (slot, digit) in digits.iter_mut().zip(written) {
            *slot = *digit;
        }
        Self { len, digits }
    }
}

impl FromStr for RangeId {
    type Err = SegmentFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl AsRef<str> for RangeId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for RangeId {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for RangeId {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for RangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RangeId({})", self.as_str())
    }
}
