//! Drawing a schedule from a seed.

use std::time::Duration;

use fastrand::Rng;

use super::{Schedule, Trouble, TroubleKind};
use crate::world::Seed;

/// Which troubles a schedule may have, and how many of each kind at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Menu {
    /// Times at which the network loses requests or answers.
    pub losses: u32,
    /// Jumps of the account's clock, by at most this long in total.
    pub clock_jumps: u32,
    /// Splits and merges.
    pub repartitions: u32,
}

impl Schedule {
    /// Draws troubles that all end within `length`.
    pub fn draw(seed: Seed, menu: &Menu, length: Duration) -> Self {
        let mut rng = seed.split("schedule", 0).rng();
        let mut troubles = Vec::new();
        let mut add = |count: u32, kind: &dyn Fn(&mut Rng) -> TroubleKind| {
            for _ in 0..rng.u32(0..=count) {
                let kind = kind(&mut rng);
                troubles.push(place(&mut rng, length, kind));
            }
        };
        add(menu.losses, &|rng| {
            let share = rng.u32(5..80);
            if rng.bool() {
                TroubleKind::LoseRequests(share)
            } else {
                TroubleKind::LoseAnswers(share)
            }
        });
        add(menu.clock_jumps, &|rng| {
            TroubleKind::ClockJump(Duration::from_millis(rng.u64(1..2_000)))
        });
        add(menu.repartitions, &|rng| {
            let at = rng.u32(0..8);
            if rng.u8(0..3) == 0 {
                TroubleKind::Merge(at)
            } else {
                TroubleKind::Split(at)
            }
        });
        troubles.sort_by_key(|trouble| trouble.at);
        Self { troubles }
    }
}

/// Puts trouble somewhere; most is short.
fn place(rng: &mut Rng, length: Duration, kind: TroubleKind) -> Trouble {
    let length_ms = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    let lasts_ms = rng.u64(0..=length_ms / 2) * rng.u64(1..=4) / 4;
    let at_ms = rng.u64(0..=length_ms - lasts_ms);
    Trouble {
        at: Duration::from_millis(at_ms),
        lasts: Duration::from_millis(lasts_ms),
        kind,
    }
}
