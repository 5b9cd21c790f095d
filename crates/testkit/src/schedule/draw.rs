//! Drawing a schedule from a seed.

use std::time::Duration;

use cosmokit_engine::{Lag, OfflineMode};
use fastrand::Rng;

use super::{Schedule, ServerFault, Trouble, TroubleKind};
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
    /// Times at which the account answers with errors, late or not at all.
    pub faults: u32,
    /// Times at which a link or a replica has another lag than usual.
    pub lags: u32,
    /// Regions that are out of reach for a while.
    pub outages: u32,
    /// Planned failovers.
    pub failovers: u32,
    /// Forced failovers, by which acknowledged writes may be lost.
    pub forced_failovers: u32,
    /// Links that stand still for most of the time.
    pub standstills: u32,
    /// Regions that come and go.
    pub regions: u32,
    /// Times at which every region takes writes.
    pub write_modes: u32,
    /// Times at which containers get no more than their throughput.
    pub budgets: u32,
}

impl Menu {
    /// No trouble, to begin a menu with.
    pub const NOTHING: Self = Self {
        losses: 0,
        clock_jumps: 0,
        repartitions: 0,
        faults: 0,
        lags: 0,
        outages: 0,
        failovers: 0,
        forced_failovers: 0,
        standstills: 0,
        regions: 0,
        write_modes: 0,
        budgets: 0,
    };
}

impl Schedule {
    /// Draws troubles that all end within `length`.
    pub fn draw(seed: Seed, menu: &Menu, length: Duration) -> Self {
        let mut rng = seed.split("schedule", 0).rng();
        let mut troubles = Vec::new();
        for (most, kind) in menu.kinds() {
            for _ in 0..rng.u32(0..=most) {
                let kind = kind(&mut rng);
                troubles.push(place(&mut rng, length, kind));
            }
        }
        for _ in 0..rng.u32(0..=menu.standstills) {
            troubles.push(standstill(&mut rng, length));
        }
        troubles.sort_by_key(|trouble| trouble.at);
        Self { troubles }
    }
}

/// Draws a trouble of some kind.
type Kind = fn(&mut Rng) -> TroubleKind;

impl Menu {
    /// How many there may be of each kind, in the order in which they are drawn.
    fn kinds(&self) -> [(u32, Kind); 11] {
        [
            (self.losses, loss),
            (self.clock_jumps, |rng| {
                TroubleKind::ClockJump(Duration::from_millis(rng.u64(1..2_000)))
            }),
            (self.repartitions, repartition),
            (self.faults, fault),
            (self.lags, |rng| {
                TroubleKind::Lag([rng.u32(0..12), rng.u32(0..12)], lag(rng))
            }),
            (self.outages, outage),
            (self.failovers, |rng| {
                TroubleKind::PlannedFailover(rng.u32(0..12))
            }),
            (self.forced_failovers, |rng| {
                TroubleKind::ForcedFailover(rng.u32(0..12))
            }),
            (self.regions, |rng| {
                if rng.bool() {
                    TroubleKind::AddRegion
                } else {
                    TroubleKind::RemoveRegion(rng.u32(0..12))
                }
            }),
            (self.write_modes, |_| TroubleKind::AllWrite),
            (self.budgets, |_| TroubleKind::EnforceThroughput),
        ]
    }
}

fn loss(rng: &mut Rng) -> TroubleKind {
    let share = rng.u32(5..80);
    if rng.bool() {
        TroubleKind::LoseRequests(share)
    } else {
        TroubleKind::LoseAnswers(share)
    }
}

fn repartition(rng: &mut Rng) -> TroubleKind {
    let at = rng.u32(0..8);
    if rng.u8(0..3) == 0 {
        TroubleKind::Merge(at)
    } else {
        TroubleKind::Split(at)
    }
}

fn fault(rng: &mut Rng) -> TroubleKind {
    let fault = rng.choice(ServerFault::ALL);
    let fault = fault.unwrap_or(ServerFault::Throttles);
    TroubleKind::Fault(fault, rng.u32(20..300))
}

fn outage(rng: &mut Rng) -> TroubleKind {
    let mode = if rng.bool() {
        OfflineMode::Refuse
    } else {
        OfflineMode::BlackHole
    };
    TroubleKind::Offline(rng.u32(0..12), mode)
}

fn lag(rng: &mut Rng) -> Lag {
    let mut millis = |most: u64| Duration::from_millis(rng.u64(1..most));
    let (short, long) = (millis(300), millis(3_000));
    match rng.u8(0..6) {
        0 => Lag::None,
        1 => Lag::Fixed(long),
        2 => Lag::Exponential { mean: short },
        3 => Lag::Paused,
        _ => Lag::Uniform {
            min: short,
            max: short + long,
        },
    }
}

/// A link or a replica to which nothing comes for half of the time or more.
fn standstill(rng: &mut Rng, length: Duration) -> Trouble {
    let lasts = length / 8 * rng.u32(4..8);
    Trouble {
        at: length.saturating_sub(lasts) / 8 * rng.u32(0..8),
        lasts,
        kind: TroubleKind::Lag([rng.u32(0..12), rng.u32(0..12)], Lag::Paused),
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
