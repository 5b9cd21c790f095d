//! How much of each region's writes a position contains: the vector in session tokens.

use std::sync::Arc;

use cosmokit_protocol::session::{Lsn, RegionId};

/// Writes of each region that a state contains, counted by region. An account that has always
/// had one region keeps none: all writes are that region's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress(Option<Arc<[(RegionId, Lsn)]>>);

impl Progress {
    /// Progress that begins when everything up to `lsn` came from `region`.
    pub(crate) fn begin(region: RegionId, lsn: Lsn) -> Self {
        Self(Some(Arc::new([(region, lsn)])))
    }

    /// Counts that were kept; none for an account that has always had one region.
    pub(crate) fn restored(entries: Vec<(RegionId, Lsn)>) -> Self {
        Self((!entries.is_empty()).then(|| entries.into()))
    }

    /// Whether anything is counted.
    pub(crate) fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// How many writes of `region` are in; none of a region that is not known.
    pub(crate) fn of(&self, region: RegionId) -> Lsn {
        let found = self.entries().iter().find(|(known, _)| *known == region);
        found.map_or(Lsn::ZERO, |(_, lsn)| *lsn)
    }

    /// The counts, in no particular order.
    pub(crate) fn entries(&self) -> &[(RegionId, Lsn)] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Counts one more write of `region`, where counts are kept.
    pub(crate) fn advance(&mut self, region: RegionId) {
        if let Some(entries) = &mut self.0 {
            let next = |lsn: Lsn| lsn.next().unwrap_or(lsn);
            let known = entries.iter().any(|(known, _)| *known == region);
            if !known {
                let new = std::iter::once((region, next(Lsn::ZERO)));
                *entries = entries.iter().copied().chain(new).collect();
                return;
            }
            for (known, lsn) in Arc::make_mut(entries) {
                if *known == region {
                    *lsn = next(*lsn);
                }
            }
        }
    }

    /// The greater count of each region.
    pub(crate) fn join(&self, other: &Self) -> Self {
        let mut joined: Vec<(RegionId, Lsn)> = self.entries().to_vec();
        for (region, lsn) in other.entries() {
            match joined.iter_mut().find(|(known, _)| known == region) {
                Some((_, own)) => *own = (*own).max(*lsn),
                None => joined.push((*region, *lsn)),
            }
        }
        Self((self.is_kept() || other.is_kept()).then(|| joined.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_region_and_joins_by_the_greater() {
        let (a, b, c) = (RegionId(1), RegionId(2), RegionId(3));
        let lsn = |number: u32| Lsn::from(number);
        let mut left = Progress::begin(a, lsn(5));
        let before = left.clone();
        left.advance(a);
        left.advance(b);
        left.advance(b);
        assert_eq!(
            (left.of(a), left.of(b), left.of(c)),
            (lsn(6), lsn(2), lsn(0))
        );
        assert_eq!(before.of(a), lsn(5), "a copy stays what it was");
        let mut right = Progress::begin(c, lsn(9));
        right.advance(b);
        let joined = left.join(&right);
        assert_eq!(
            (joined.of(a), joined.of(b), joined.of(c)),
            (lsn(6), lsn(2), lsn(9))
        );
    }

    #[test]
    fn an_account_of_one_region_counts_nothing() {
        let mut progress = Progress::default();
        progress.advance(RegionId(1));
        assert!(!progress.is_kept());
        assert_eq!(progress.of(RegionId(1)), Lsn::ZERO);
    }
}
