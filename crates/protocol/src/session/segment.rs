//! One range's part of a session token: `rangeId:value`.

use std::fmt;
use std::str::FromStr;

use super::error::SegmentFault;
use super::range_id::RangeId;
use super::range_token::RangeToken;

/// A partition key range and the position seen in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionTokenSegment {
    /// The range.
    pub range: RangeId,
    /// The position.
    pub token: RangeToken,
}

impl SessionTokenSegment {
    /// Puts a range id before a position.
    pub fn new(range: RangeId, token: impl Into<RangeToken>) -> Self {
        Self {
            range,
            token: token.into(),
        }
    }

    /// Reads `rangeId:value`; blanks around it are ignored.
    ///
    /// # Errors
    /// The first fault found.
    pub fn parse(text: &str) -> Result<Self, SegmentFault> {
        let (range, value) = text
            .trim_ascii()
            .split_once(':')
            .ok_or(SegmentFault::MissingColon)?;
        Ok(Self {
            range: RangeId::parse(range)?,
            token: RangeToken::parse(value)?,
        })
    }

    /// The range id as text.
    pub fn pk_range_id(&self) -> &str {
        self.range.as_str()
    }

    /// The global LSN as a number.
    pub fn global_lsn(&self) -> u64 {
        self.token.global_lsn().value()
    }

    /// Takes in the position of `other`, whatever its range; returns whether anything changed.
    pub fn merge_value(&mut self, other: &Self) -> bool {
        self.token.merge(&other.token)
    }

    /// Whether this position has everything that `other` saw, whatever the ranges.
    pub fn is_as_recent_as(&self, other: &Self) -> bool {
        self.token.is_at_least_as_recent(&other.token)
    }
}

impl FromStr for SessionTokenSegment {
    type Err = SegmentFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for SessionTokenSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.range, self.token)
    }
}
