//! How far the ranges of a container are, by what answers have shown: what positions from outside are measured by.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use cosmokit_protocol::session::{CompositeToken, RangeId};
use http::HeaderValue;

/// Ranges that are remembered; further ones are not measured.
const MAX_RANGES: usize = 4_096;

/// The highest position that answers have shown, by range. Fed by operations in sessions; what the others have seen is
/// kept elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Heights(RwLock<HashMap<RangeId, AtomicU64>>);

impl Heights {
    /// Takes in the token of an answer. One that cannot be read tells nothing.
    pub(crate) fn note(&self, token: &HeaderValue) {
        let Some(composite) = token
            .to_str()
            .ok()
            .and_then(|text| CompositeToken::parse(text).ok())
        else {
            return;
        };
        for segment in composite.segments() {
            self.raise(segment.range, segment.token.global_lsn().value());
        }
    }

    /// The highest position shown in a range.
    pub(crate) fn of(&self, range: RangeId) -> Option<u64> {
        let heights = self.0.read().unwrap_or_else(PoisonError::into_inner);
        heights
            .get(&range)
            .map(|height| height.load(Ordering::Relaxed))
    }

    fn raise(&self, range: RangeId, to: u64) {
        let heights = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(height) = heights.get(&range) {
            height.fetch_max(to, Ordering::Relaxed);
            return;
        }
        drop(heights);
        let mut heights = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if heights.len() < MAX_RANGES {
            let height = heights.entry(range).or_default();
            height.fetch_max(to, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_only_rise_and_are_bounded() {
        let heights = Heights::default();
        for token in ["0:1#5", "0:1#3#0=99,1:7", "nonsense", "", "0:2#4"] {
            heights.note(&HeaderValue::from_static(token));
        }
        assert_eq!(heights.of(RangeId::from(0)), Some(5));
        assert_eq!(heights.of(RangeId::from(1)), Some(7));
        assert_eq!(heights.of(RangeId::from(2)), None);
        for range in 2..5_000_u32 {
            heights.raise(RangeId::from(range), 1);
        }
        assert_eq!(heights.of(RangeId::from(4_095)), Some(1));
        assert_eq!(heights.of(RangeId::from(4_096)), None);
    }
}
