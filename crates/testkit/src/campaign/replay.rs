//! How a run is played again.

use std::env;
use std::fmt;

/// The variable that names the seed to play.
const SEED: &str = "COSMOKIT_SEED";

/// One run, to be played again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The campaign.
    pub campaign: &'static str,
    /// The seed.
    pub seed: u64,
}

impl Replay {
    /// The seed that the environment asks for instead of a test's own.
    ///
    /// # Panics
    /// When it is no number.
    pub fn seed_from_env() -> Option<u64> {
        let text = env::var(SEED).ok()?;
        let seed = text.parse();
        Some(seed.unwrap_or_else(|_| panic!("{SEED} is {text:?} and must be a number")))
    }

    /// The command that plays the run again as the test of this name among this crate's campaigns.
    pub fn test_command(&self, test: &str) -> String {
        let seed = self.seed;
        format!(
            "{SEED}={seed} cargo test -p cosmokit-testkit --test sim campaigns::{test} -- --exact"
        )
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "just sim {} --campaign {}", self.seed, self.campaign)
    }
}
