//! An accumulator of one range's tokens whose result does not depend on their order.
//!
//! The rule is "highest version first": take the greatest version, join all tokens of that
//! version, then let lower versions raise only regions which exist there. Pairwise merging drops
//! the regions of lower versions and so forgets what they could raise later; this type keeps
//! them aside.

use std::cmp::Ordering;

use super::range_token::RangeToken;
use super::vector::{RegionProgress, VectorToken, raise_union};

/// What is known of one range's progress, however many tokens it was learnt from.
///
/// Holds at most twice [`MAX_REGIONS`](super::MAX_REGIONS) entries. Independent of order as long
/// as no more than that many regions are named in all; an account has at most a few dozen.
#[derive(Clone, Debug)]
pub struct RangeProgress {
    token: RangeToken,
    /// Regions that the highest version does not list, with the highest LSN any other version
    /// gave them. Sorted, disjoint from the regions of `token`.
    faded: Vec<RegionProgress>,
}

impl RangeProgress {
    /// Starts from one token.
    pub fn new(token: RangeToken) -> Self {
        Self {
            token,
            faded: Vec::new(),
        }
    }

    /// Folds any number of tokens, in any order; `None` when there are none.
    pub fn fold<'a>(tokens: impl IntoIterator<Item = &'a RangeToken>) -> Option<Self> {
        let mut tokens = tokens.into_iter();
        let mut progress = Self::new(tokens.next()?.clone());
        for token in tokens {
            progress.observe(token);
        }
        Some(progress)
    }

    /// The token to send: the join of everything observed.
    pub fn token(&self) -> &RangeToken {
        &self.token
    }

    /// The token, by value.
    pub fn into_token(self) -> RangeToken {
        self.token
    }

    /// Takes in one more token; returns whether [`token`](Self::token) changed.
    pub fn observe(&mut self, seen: &RangeToken) -> bool {
        match (&mut self.token, seen) {
            (RangeToken::Vector(top), RangeToken::Vector(seen)) => {
                observe_vector(top, &mut self.faded, seen)
            }
            (token, seen) => token.merge(seen),
        }
    }

    /// Takes in all that another accumulator knows; returns whether [`token`](Self::token)
    /// changed.
    pub fn join(&mut self, other: &Self) -> bool {
        let changed = self.observe(&other.token);
        raise_union(&mut self.faded, &other.faded);
        let RangeToken::Vector(top) = &mut self.token else {
            return changed;
        };
        let raised = top.raise_listed(&self.faded);
        forget_listed(&mut self.faded, top);
        changed || raised
    }
}

fn observe_vector(
    top: &mut VectorToken,
    faded: &mut Vec<RegionProgress>,
    seen: &VectorToken,
) -> bool {
    let changed = match top.version().cmp(&seen.version()) {
        Ordering::Equal => top.merge(seen),
        Ordering::Greater => {
            let raised = top.merge(seen);
            raise_union(faded, seen.regions());
            raised
        }
        Ordering::Less => {
            let old = std::mem::replace(top, seen.clone());
            raise_union(faded, old.regions());
            true
        }
    };
    // Raises only regions that are new in `top`, so `changed` is true already when it does.
    top.raise_listed(faded);
    forget_listed(faded, top);
    changed
}

fn forget_listed(faded: &mut Vec<RegionProgress>, top: &VectorToken) {
    faded.retain(|entry| {
        top.regions()
            .binary_search_by_key(&entry.region, |listed| listed.region)
            .is_err()
    });
}
