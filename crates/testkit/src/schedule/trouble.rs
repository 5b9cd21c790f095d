//! The kinds of trouble.

use std::fmt;
use std::time::Duration;

use cosmokit_engine::{Lag, OfflineMode};

use super::ServerFault;

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
    /// The account does this to so many of a thousand requests.
    Fault(ServerFault, u32),
    /// The link between two regions has another lag; with one region for both ends, one of its replicas has. Regions are
    /// counted in the world's order, modulo their number.
    Lag([u32; 2], Lag),
    /// A region is out of reach.
    Offline(u32, OfflineMode),
    /// A region takes the writes over, in order.
    PlannedFailover(u32),
    /// The write region is lost and a region takes over with what it has; at the end the lost one comes back.
    ForcedFailover(u32),
    /// The account gets one more region, and gives it up again at the end.
    AddRegion,
    /// The account gives a region up, and gets it back at the end, as a new one.
    RemoveRegion(u32),
    /// Every region takes writes; at the end one does again.
    AllWrite,
    /// Containers get no more than the throughput that they pay for.
    EnforceThroughput,
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
            Self::Fault(fault, share) => write!(f, "{share} of 1000 requests are {fault}"),
            Self::Lag([from, to], lag) => write!(f, "from region {from} to {to}, lag is {lag:?}"),
            Self::Offline(at, mode) => write!(f, "region {at} is out of reach ({mode:?})"),
            Self::PlannedFailover(at) => write!(f, "planned failover to region {at}"),
            Self::ForcedFailover(at) => write!(f, "forced failover to region {at}"),
            Self::AddRegion => f.write_str("a region is added"),
            Self::RemoveRegion(at) => write!(f, "region {at} is removed"),
            Self::AllWrite => f.write_str("every region takes writes"),
            Self::EnforceThroughput => f.write_str("throughput is enforced"),
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
