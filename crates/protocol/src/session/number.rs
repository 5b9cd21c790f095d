//! The numbers of a session token, each with its bound.

use std::fmt;

/// A log sequence number: a position in one partition's log, 0 to 2^53.
///
/// The bound keeps every LSN exact in JSON and in clients whose only number is a double.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lsn(u64);

impl Lsn {
    /// The position before the first entry.
    pub const ZERO: Self = Self(0);
    /// The last position, 2^53.
    pub const MAX: Self = Self(1 << 53);

    /// An LSN from its number.
    ///
    /// # Errors
    /// When `value` is above 2^53.
    pub const fn new(value: u64) -> Result<Self, LsnOutOfRange> {
        if value > Self::MAX.0 {
            return Err(LsnOutOfRange(value));
        }
        Ok(Self(value))
    }

    /// The number.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The next position, or `None` at [`Lsn::MAX`].
    pub const fn next(self) -> Option<Self> {
        if self.0 == Self::MAX.0 {
            return None;
        }
        Some(Self(self.0 + 1))
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        decimal(text, Self::MAX.0).map(Self)
    }
}

/// A number above [`Lsn::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("LSN {0} is above 2^53")]
pub struct LsnOutOfRange(pub u64);

impl TryFrom<u64> for Lsn {
    type Error = LsnOutOfRange;

    fn try_from(value: u64) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

impl From<u32> for Lsn {
    fn from(value: u32) -> Self {
        Self(value.into())
    }
}

impl From<Lsn> for u64 {
    fn from(lsn: Lsn) -> Self {
        lsn.0
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The number of a region inside a session token.
///
/// Azure assigns one to each region; [`Region::id`](crate::wire::region::Region::id) knows those
/// that are published. A token may name any 32-bit number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionId(pub u32);

impl RegionId {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let value = decimal(text, u32::MAX.into())?;
        u32::try_from(value).ok().map(Self)
    }
}

impl fmt::Display for RegionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Reads digits, nothing else (no sign, no blanks), as a number of at most `max`.
/// Leading zeros are allowed.
pub(super) fn decimal(text: &str, max: u64) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    let mut value = 0_u64;
    for byte in text.bytes() {
        let digit = byte.checked_sub(b'0').filter(|d| *d <= 9)?;
        value = value.checked_mul(10)?.checked_add(digit.into())?;
    }
    (value <= max).then_some(value)
}
