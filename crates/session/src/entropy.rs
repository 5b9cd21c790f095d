//! Random bytes for nonces and cookie names: the operating system's, or a seeded sequence for
//! simulations, in which nothing is secret.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Where random bytes come from. Clones draw from one source.
#[derive(Clone, Default)]
pub struct Entropy(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    System,
    Seeded(Arc<Mutex<fastrand::Rng>>),
}

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bytes")]
pub struct NoEntropy;

impl Entropy {
    /// The operating system's. The default.
    pub fn system() -> Self {
        Self::default()
    }

    /// A sequence that repeats, for simulations and tests only: what it seals is not secret.
    pub fn seeded_for_simulation(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(
            fastrand::Rng::with_seed(seed),
        ))))
    }

    /// So many random bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> Result<[u8; N], NoEntropy> {
        let mut bytes = [0; N];
        match &self.0 {
            Source::System => getrandom::fill(&mut bytes).map_err(|_| NoEntropy)?,
            Source::Seeded(generator) => {
                generator
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .fill(&mut bytes);
            }
        }
        Ok(bytes)
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::System => "Entropy(system)",
            Source::Seeded(_) => "Entropy(seeded)",
        })
    }
}
