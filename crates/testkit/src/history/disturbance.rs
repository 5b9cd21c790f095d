//! What was done to the account while actors worked.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Moment;

/// What a disturbance means to judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// Every guarantee goes on.
    #[default]
    None,
    /// Acknowledged writes may be lost by it, as by a forced failover: nothing is expected across it that rests on
    /// such a write.
    MayLoseWrites,
    /// The last trouble has been over for a while: from here on everything is answered.
    Healed,
    /// Everything is healed, nobody writes any more and replication has caught up: what is read from here on is final.
    Settled,
}

/// Something done to the account on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disturbance {
    /// When.
    pub at: Moment,
    /// What, in words.
    pub what: String,
    /// What it means to judges.
    #[serde(default)]
    pub impact: Impact,
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ! {}", self.at, self.what)
    }
}
