//! A rule: which requests, how often, for how long, and what is done to them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{FaultCondition, FaultEffect, Probability, millis};

/// A fault on purpose. When several rules could strike a request, the first in order does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultRule {
    /// Its name, unique among the rules beside it.
    pub id: String,
    /// Which requests it meets. Default: every request.
    #[serde(default)]
    pub condition: FaultCondition,
    /// What it does to them.
    pub effect: FaultEffect,
    /// How often it strikes a request that it meets. Default: every time.
    #[serde(default)]
    pub probability: Probability,
    /// Seed of the draws that `probability` is held against. Default 0.
    #[serde(default)]
    pub seed: u64,
    /// How many times it strikes at most. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// When it begins, counted from when it was added. Default: at once.
    #[serde(
        rename = "startAfterMs",
        with = "millis",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub start_after: Option<Duration>,
    /// When it ends, counted from when it was added. Default: never.
    #[serde(
        rename = "endAfterMs",
        with = "millis",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub end_after: Option<Duration>,
    /// Whether it is on. Default true.
    #[serde(default = "on")]
    pub enabled: bool,
}

const fn on() -> bool {
    true
}

/// What a rule has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultCounts {
    /// Requests that it met while it was on and within its time.
    pub met: u64,
    /// Requests that it struck.
    pub hits: u64,
}

impl FaultRule {
    /// A rule for every request, from now on, without end.
    pub fn new(id: impl Into<String>, effect: FaultEffect) -> Self {
        Self {
            id: id.into(),
            condition: FaultCondition::default(),
            effect,
            probability: Probability::ALWAYS,
            seed: 0,
            limit: None,
            start_after: None,
            end_after: None,
            enabled: true,
        }
    }

    /// The same for these requests only.
    pub fn with_condition(mut self, condition: FaultCondition) -> Self {
        self.condition = condition;
        self
    }

    /// Whether it is on, within its time and below its limit. `age` is the time since it was added.
    pub fn is_open(&self, counts: FaultCounts, age: Duration) -> bool {
        self.enabled
            && self.limit.is_none_or(|limit| counts.hits < limit)
            && self.start_after.is_none_or(|start| age >= start)
            && self.end_after.is_none_or(|end| age < end)
    }

    /// Whether the next request that it meets is struck; the same seed decides the same for the n-th request on any
    /// machine.
    pub fn strikes(&self, counts: FaultCounts) -> bool {
        self.probability.includes(mix(self.seed, counts.met))
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): the finalised counter.
const fn mix(seed: u64, counter: u64) -> u64 {
    let mut z = seed.wrapping_add(counter.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
