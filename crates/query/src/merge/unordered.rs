//! Rows of one range after the other, in the order of the ranges.

use cosmokit_protocol::partition::EpkRange;

use super::checkpoint::StageState;
use super::source::{Source, SourceId, SourceNames, SourcePosition, Sources};
use super::stage::{Fetch, MergeStep, Page, Stage, Urgency};
use super::{MergeError, MergeLimits};

/// How many pages one source may hold.
pub(super) const PAGES_PER_SOURCE: usize = 2;

/// Reads ranges one after the other, and some pages ahead.
#[derive(Debug)]
pub(super) struct Unordered {
    sources: Sources,
    text: Option<Box<str>>,
}

impl Unordered {
    pub(super) fn new(sources: Sources, text: Option<Box<str>>) -> Self {
        Self { sources, text }
    }

    pub(super) fn resumed(
        positions: Vec<SourcePosition>,
        text: Option<Box<str>>,
        names: &mut SourceNames,
    ) -> Self {
        Self::new(Sources::resumed(positions, names), text)
    }
}

impl Stage for Unordered {
    fn fetches(&self, limits: &MergeLimits) -> Vec<Fetch<'_>> {
        let mut room = limits.pages_ahead.saturating_sub(self.sources.pages());
        let mut fetches = Vec::new();
        let mut first = true;
        for source in self.sources.0.iter().filter(|source| !source.is_finished()) {
            let urgency = if first && source.pages() == 0 {
                Urgency::Needed
            } else {
                Urgency::Ahead
            };
            first = false;
            if !source.has_more() || source.pages() >= PAGES_PER_SOURCE {
                continue;
            }
            if urgency == Urgency::Ahead {
                match room.checked_sub(1) {
                    Some(left) => room = left,
                    None => break,
                }
            }
            fetches.push(source.fetch(self.text.as_deref(), urgency));
        }
        fetches
    }

    fn push(&mut self, id: SourceId, page: Page, _: &MergeLimits) -> Result<(), MergeError> {
        self.sources.get(id)?.push(page.rows, page.continuation)
    }

    fn next(&mut self, _: &MergeLimits) -> Result<MergeStep, MergeError> {
        loop {
            let Some(source) = self.sources.0.first_mut() else {
                return Ok(MergeStep::Finished);
            };
            if let Some(row) = source.pop() {
                return Ok(MergeStep::Row(row));
            }
            if source.has_more() {
                return Ok(MergeStep::Waiting);
            }
            self.sources.0.remove(0);
        }
    }

    fn split(
        &mut self,
        id: SourceId,
        ranges: &[EpkRange],
        names: &mut SourceNames,
    ) -> Result<(), MergeError> {
        self.sources.split(id, ranges, names)
    }

    fn is_between_pages(&self) -> bool {
        self.sources.0.iter().all(Source::is_between_pages)
    }

    fn state(&self) -> Result<StageState, MergeError> {
        Ok(StageState::Unordered {
            sources: self.sources.positions(),
        })
    }
}
