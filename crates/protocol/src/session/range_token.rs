//! One partition's position in either form.

use std::fmt;
use std::str::FromStr;

use super::error::SegmentFault;
use super::number::Lsn;
use super::vector::VectorToken;

/// The position of one partition key range, the part of a segment behind the colon.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RangeToken {
    /// The legacy form, one number. Read, never written by the local account: the Python client
    /// fails on it.
    Simple(Lsn),
    /// The form of today.
    Vector(VectorToken),
}

impl RangeToken {
    /// Reads either form; a `#` makes it a vector.
    ///
    /// # Errors
    /// The first fault found.
    pub fn parse(text: &str) -> Result<Self, SegmentFault> {
        if text.contains('#') {
            return VectorToken::parse(text).map(Self::Vector);
        }
        Lsn::parse(text)
            .map(Self::Simple)
            .ok_or(SegmentFault::GlobalLsn)
    }

    /// The global LSN, or the only one of the simple form.
    pub fn global_lsn(&self) -> Lsn {
        match self {
            Self::Simple(lsn) => *lsn,
            Self::Vector(vector) => vector.global_lsn(),
        }
    }

    /// The vector, unless this is the simple form.
    pub fn as_vector(&self) -> Option<&VectorToken> {
        match self {
            Self::Simple(_) => None,
            Self::Vector(vector) => Some(vector),
        }
    }

    /// Whether a replica at this position has everything that `other` saw. A vector is more
    /// recent than the simple form.
    pub fn is_at_least_as_recent(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Simple(own), Self::Simple(theirs)) => own >= theirs,
            (Self::Simple(_), Self::Vector(_)) => false,
            (Self::Vector(_), Self::Simple(_)) => true,
            (Self::Vector(own), Self::Vector(theirs)) => own.is_at_least_as_recent(theirs),
        }
    }

    /// Takes in what `other` saw; returns whether anything changed. A vector replaces the simple
    /// form; see [`VectorToken::merge`] for two vectors.
    pub fn merge(&mut self, other: &Self) -> bool {
        match (&mut *self, other) {
            (Self::Vector(own), Self::Vector(theirs)) => own.merge(theirs),
            (Self::Vector(_), Self::Simple(_)) => false,
            (Self::Simple(own), Self::Simple(theirs)) if *own >= *theirs => false,
            (Self::Simple(_), _) => {
                *self = other.clone();
                true
            }
        }
    }
}

impl From<VectorToken> for RangeToken {
    fn from(vector: VectorToken) -> Self {
        Self::Vector(vector)
    }
}

impl FromStr for RangeToken {
    type Err = SegmentFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for RangeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simple(lsn) => fmt::Display::fmt(lsn, f),
            Self::Vector(vector) => fmt::Display::fmt(vector, f),
        }
    }
}
