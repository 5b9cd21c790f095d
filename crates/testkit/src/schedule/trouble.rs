//! The kinds of trouble.

use std::fmt;
use std::time::Duration;

/// One kind of trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TroubleKind {
    /// The network loses this share of requests, of a thousand.
    LoseRequests(u32),
    /// The network loses this share of answers, of a thousand.
    LoseAnswers(u32),
    /// The account's clock jumps ahead.
    ClockJump(Duration),
    /// A partition is split: the one with this number, modulo their count. It turns requests away while it lasts.
    Split(u32),
    /// A partition is merged with the next.
    Merge(u32),
}

/// Trouble at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When it begins, since the schedule does.
    pub at: Duration,
    /// How long it lasts.
    pub lasts: Duration,
    /// What it is.
    pub kind: TroubleKind,
}

/// Everything that is done to an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// In the order in which it begins.
    pub troubles: Vec<Trouble>,
}

impl fmt::Display for TroubleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LoseRequests(share) => write!(f, "{share} of 1000 requests are lost"),
            Self::LoseAnswers(share) => write!(f, "{share} of 1000 answers are lost"),
            Self::ClockJump(by) => write!(f, "the account's clock jumps by {by:?}"),
            Self::Split(at) => write!(f, "partition {at} is split"),
            Self::Merge(at) => write!(f, "partition {at} is merged with the next"),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for trouble in &self.troubles {
            let end = trouble.at + trouble.lasts;
            writeln!(f, "  {:?}..{end:?} {}", trouble.at, trouble.kind)?;
        }
        Ok(())
    }
}
