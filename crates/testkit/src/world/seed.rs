//! The one place where randomness begins.

use std::fmt;

use fastrand::Rng;

/// A seed, from which others are split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed(u64);

impl Seed {
    /// The root of everything.
    pub const fn root(seed: u64) -> Self {
        Self(seed)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The seed for a part that has this name and number. Parts do not depend on each other: what one draws, and
    /// whether another exists, changes nothing for the rest.
    pub fn split(self, name: &str, number: u64) -> Self {
        let named = name
            .bytes()
            .fold(self.0 ^ 0xcbf2_9ce4_8422_2325, |seed, byte| {
                mix(seed ^ u64::from(byte))
            });
        Self(mix(named ^ mix(number)))
    }

    /// A generator of its own.
    pub fn rng(self) -> Rng {
        Rng::with_seed(self.0)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014).
const fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn parts_differ_and_repeat() {
        let root = Seed::root(7);
        let parts: HashSet<u64> = (0..100)
            .flat_map(|number| ["actor", "network", "schedule"].map(|name| (name, number)))
            .map(|(name, number)| root.split(name, number).number())
            .collect();
        assert_eq!(parts.len(), 300);
        assert_eq!(root.split("actor", 3), Seed::root(7).split("actor", 3));
        assert_ne!(root.split("actor", 3), Seed::root(8).split("actor", 3));
        let draw = |seed: Seed| seed.rng().u64(..);
        assert_eq!(draw(root.split("a", 1)), draw(root.split("a", 1)));
    }
}
