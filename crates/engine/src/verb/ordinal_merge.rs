//! Items of several partitions in the order of insertion.

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

use crate::partition::version::Version;

/// The items of one partition, in the order of insertion.
pub(super) type InOrder<'s> = Box<dyn Iterator<Item = &'s Arc<Version>> + 's>;

/// Merges items that are in the order of insertion, partition by partition, into that order.
pub(super) struct OrdinalMerge<'s> {
    sources: Vec<(&'s Arc<Version>, InOrder<'s>)>,
    /// Ordinal of the next item of each source, lowest first.
    next: BinaryHeap<Reverse<(u64, usize)>>,
}

impl<'s> OrdinalMerge<'s> {
    /// A merge of these.
    pub(super) fn new(sources: impl IntoIterator<Item = InOrder<'s>>) -> Self {
        let begun = sources.into_iter();
        let sources: Vec<_> = begun
            .filter_map(|mut source| Some((source.next()?, source)))
            .collect();
        let next = sources.iter().enumerate();
        let next = next.map(|(number, (first, _))| Reverse((first.ordinal, number)));
        Self {
            next: next.collect(),
            sources,
        }
    }
}

impl<'s> Iterator for OrdinalMerge<'s> {
    type Item = &'s Arc<Version>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((_, number)) = self.next.pop()?;
        let (present, source) = self.sources.get_mut(number)?;
        let found = *present;
        if let Some(following) = source.next() {
            *present = following;
            self.next.push(Reverse((following.ordinal, number)));
        }
        Some(found)
    }
}
