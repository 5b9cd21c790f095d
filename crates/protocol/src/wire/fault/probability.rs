//! How often a rule that could strike does strike.

use serde::{Deserialize, Serialize};

/// A number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

/// A number outside 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a probability is a number from 0 to 1, not {0}")]
pub struct InvalidProbability(f64);

impl Probability {
    /// Every time.
    pub const ALWAYS: Self = Self(1.0);

    /// The number.
    pub const fn value(self) -> f64 {
        self.0
    }

    /// Whether a draw, any of the 2^64 with equal chance, falls within the probability.
    pub fn includes(self, draw: u64) -> bool {
        // The upper 32 bits are exact in a double: 0 is below every positive probability, and no draw reaches 1.
        let upper = u32::try_from(draw >> 32).unwrap_or(u32::MAX);
        f64::from(upper) / 4_294_967_296.0 < self.0
    }
}

impl Default for Probability {
    /// Every time.
    fn default() -> Self {
        Self::ALWAYS
    }
}

impl TryFrom<f64> for Probability {
    type Error = InvalidProbability;

    fn try_from(value: f64) -> Result<Self, InvalidProbability> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(InvalidProbability(value))
        }
    }
}

impl From<Probability> for f64 {
    fn from(probability: Probability) -> Self {
        probability.0
    }
}
