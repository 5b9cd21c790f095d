//! Randomness for the whole driver: activity ids and jitter. The only module that draws random numbers.
//! A seeded source gives the same sequence on each machine, so a simulation can be replayed.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A source of random numbers: cheap to clone, all clones draw from one sequence.
///
/// Two independent `SplitMix64` streams are read side by side, so that 128-bit ids drawn by different
/// processes do not meet. Not for keys or secrets.
#[derive(Clone)]
pub struct Entropy(Arc<Streams>);

struct Streams {
    high: u64,
    low: u64,
    drawn: AtomicU64,
}

impl Entropy {
    /// A source seeded by the operating system.
    pub fn system() -> Self {
        let draw = || RandomState::new().hash_one(0_u8);
        Self::with_streams(draw(), draw())
    }

    /// A source that repeats: the same seed gives the same numbers.
    pub fn seeded(seed: u64) -> Self {
        Self::with_streams(mix(seed), mix(!seed))
    }

    fn with_streams(high: u64, low: u64) -> Self {
        Self(Arc::new(Streams {
            high,
            low,
            drawn: AtomicU64::new(0),
        }))
    }

    /// Sixteen random bytes, for a UUID.
    pub(crate) fn bytes_16(&self) -> [u8; 16] {
        let at = self.0.drawn.fetch_add(1, Ordering::Relaxed);
        let high = mix(self.0.high.wrapping_add(at.wrapping_mul(GAMMA)));
        let low = mix(self.0.low.wrapping_add(at.wrapping_mul(GAMMA)));
        ((u128::from(high) << 64) | u128::from(low)).to_be_bytes()
    }

    /// Any of the 2^64 numbers, each as likely as another.
    pub fn draw(&self) -> u64 {
        let at = self.0.drawn.fetch_add(1, Ordering::Relaxed);
        mix(self.0.high.wrapping_add(at.wrapping_mul(GAMMA)))
    }

    /// A number in `0..1_000`, uniform enough for jitter.
    pub(crate) fn per_mille(&self) -> u32 {
        let at = self.0.drawn.fetch_add(1, Ordering::Relaxed);
        let [.., a, b] = mix(self.0.high.wrapping_add(at.wrapping_mul(GAMMA))).to_be_bytes();
        u32::from(u16::from_be_bytes([a, b])) * 1_000 / 65_536
    }
}

impl Default for Entropy {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}

/// The increment of `SplitMix64` (Steele, Lea, Flood 2014).
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finisher of `SplitMix64`.
fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(GAMMA);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_seed_repeats_and_another_seed_differs() {
        let draw = |seed| {
            let source = Entropy::seeded(seed);
            [source.bytes_16(), source.bytes_16()]
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn clones_share_one_sequence() {
        let source = Entropy::seeded(1);
        let other = source.clone();
        let drawn: HashSet<[u8; 16]> = (0..1_000)
            .map(|i| {
                if i % 2 == 0 {
                    source.bytes_16()
                } else {
                    other.bytes_16()
                }
            })
            .collect();
        assert_eq!(drawn.len(), 1_000);
    }

    #[test]
    fn per_mille_stays_in_range_and_spreads() {
        let source = Entropy::seeded(3);
        let drawn: Vec<u32> = (0..2_000).map(|_| source.per_mille()).collect();
        assert!(drawn.iter().all(|&n| n < 1_000));
        assert!(drawn.iter().filter(|&&n| n < 500).count().abs_diff(1_000) < 150);
    }

    #[test]
    fn the_finisher_matches_the_published_first_output() {
        // SplitMix64 with state 0: first output, from the reference implementation by Vigna.
        assert_eq!(mix(0), 0xE220_A839_7B1D_CDAF);
    }
}
