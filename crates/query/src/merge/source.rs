//! Sources: the ranges that a merge reads from, each with the pages it gave and the token for the next one.

use std::collections::VecDeque;

use bytes::Bytes;
use cosmokit_protocol::partition::EpkRange;
use serde::{Deserialize, Serialize};

use super::MergeError;

/// Names a source of one pipeline; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

impl SourceId {
    /// The number behind the name.
    pub fn number(self) -> u32 {
        self.0
    }
}

/// Gives names to sources.
#[derive(Clone, Debug, Default)]
pub(super) struct SourceNames {
    next: u32,
}

impl SourceNames {
    pub(super) fn give(&mut self) -> SourceId {
        let id = SourceId(self.next);
        self.next = self.next.saturating_add(1);
        id
    }
}

/// Where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Onward {
    /// At the start.
    Start,
    /// Behind what this token stands for.
    Token(Box<str>),
    /// There is none.
    End,
}

/// Rows of one page that are not taken yet.
#[derive(Clone, Debug)]
struct Page {
    /// What the page was asked with.
    from: Onward,
    rows: VecDeque<Bytes>,
    taken: u64,
}

/// One range that is read page by page.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) id: SourceId,
    pub(super) range: EpkRange,
    /// The place of the source among the sources that the pipeline began with; children keep that of their parent.
    pub(super) rank: u32,
    /// Rows that came in so far.
    pub(super) seen: u64,
    pages: VecDeque<Page>,
    onward: Onward,
    /// Rows at the start of the next page that were given before.
    skip: u64,
}

/// Where one range goes on; what checkpoints hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SourcePosition {
    range: EpkRange,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "is_zero")]
    skip: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    seen: u64,
    #[serde(default)]
    rank: u32,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

impl Source {
    pub(super) fn new(id: SourceId, range: EpkRange, rank: u32) -> Self {
        Self {
            id,
            range,
            rank,
            seen: 0,
            pages: VecDeque::new(),
            onward: Onward::Start,
            skip: 0,
        }
    }

    pub(super) fn resumed(id: SourceId, position: SourcePosition) -> Self {
        let onward = position.token.map_or(Onward::Start, Onward::Token);
        let SourcePosition {
            range,
            skip,
            seen,
            rank,
            ..
        } = position;
        Self {
            id,
            range,
            rank,
            seen,
            pages: VecDeque::new(),
            onward,
            skip,
        }
    }

    /// Takes a page; rows that were given before are left out.
    pub(super) fn push(
        &mut self,
        rows: Vec<Bytes>,
        continuation: Option<Box<str>>,
    ) -> Result<(), MergeError> {
        if self.onward == Onward::End {
            return Err(MergeError::UnknownSource(self.id.number()));
        }
        let next = continuation.map_or(Onward::End, Onward::Token);
        let from = std::mem::replace(&mut self.onward, next);
        let mut rows = VecDeque::from(rows);
        self.seen = self
            .seen
            .saturating_add(rows.len().try_into().unwrap_or(u64::MAX));
        let mut taken = 0;
        while self.skip > 0 && rows.pop_front().is_some() {
            self.skip -= 1;
            taken += 1;
        }
        if !rows.is_empty() {
            self.pages.push_back(Page { from, rows, taken });
        }
        Ok(())
    }

    /// Takes the next row.
    pub(super) fn pop(&mut self) -> Option<Bytes> {
        let page = self.pages.front_mut()?;
        let row = page.rows.pop_front();
        page.taken += 1;
        if page.rows.is_empty() {
            self.pages.pop_front();
        }
        row
    }

    /// Whether no page is given in part.
    pub(super) fn is_between_pages(&self) -> bool {
        self.skip == 0 && self.pages.front().is_none_or(|page| page.taken == 0)
    }

    /// Pages that are held.
    pub(super) fn pages(&self) -> usize {
        self.pages.len()
    }

    /// Whether there are further pages to ask for.
    pub(super) fn has_more(&self) -> bool {
        self.onward != Onward::End
    }

    /// Whether no row is left.
    pub(super) fn is_finished(&self) -> bool {
        self.pages.is_empty() && !self.has_more()
    }

    /// The token to ask for the next page with.
    pub(super) fn token(&self) -> Option<&str> {
        match &self.onward {
            Onward::Token(token) => Some(token),
            Onward::Start | Onward::End => None,
        }
    }

    /// Where to go on; `None` when nothing is left.
    pub(super) fn position(&self) -> Option<SourcePosition> {
        let (onward, skip) = match self.pages.front() {
            Some(page) => (&page.from, page.taken),
            None => (&self.onward, self.skip),
        };
        let token = match onward {
            Onward::Start => None,
            Onward::Token(token) => Some(token.clone()),
            Onward::End => return None,
        };
        Some(SourcePosition {
            range: self.range.clone(),
            token,
            skip,
            seen: self.seen,
            rank: self.rank,
        })
    }

    /// Asks from the first row on.
    pub(super) fn begin_anew(&mut self) {
        self.onward = Onward::Start;
    }

    /// Hands what is not read yet over to sources of smaller ranges; rows that are held stay here.
    pub(super) fn split(
        &mut self,
        ranges: &[EpkRange],
        names: &mut SourceNames,
    ) -> Result<Vec<Self>, MergeError> {
        if self.skip > 0 && ranges.len() > 1 {
            return Err(MergeError::SplitInsidePage);
        }
        let (onward, skip) = (
            std::mem::replace(&mut self.onward, Onward::End),
            std::mem::take(&mut self.skip),
        );
        let child = |range: &EpkRange| Self {
            id: names.give(),
            range: range.clone(),
            rank: self.rank,
            seen: self.seen,
            pages: VecDeque::new(),
            onward: onward.clone(),
            skip,
        };
        Ok(ranges.iter().map(child).collect())
    }
}

/// The sources of a merge in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources(pub(super) Vec<Source>);

impl Sources {
    pub(super) fn new(ranges: &[EpkRange], names: &mut SourceNames) -> Self {
        let ranks = 0u32..;
        Self(
            ranges
                .iter()
                .zip(ranks)
                .map(|(range, rank)| Source::new(names.give(), range.clone(), rank))
                .collect(),
        )
    }

    pub(super) fn resumed(positions: Vec<SourcePosition>, names: &mut SourceNames) -> Self {
        Self(
            positions
                .into_iter()
                .map(|position| Source::resumed(names.give(), position))
                .collect(),
        )
    }

    pub(super) fn index(&self, id: SourceId) -> Result<usize, MergeError> {
        self.0
            .iter()
            .position(|source| source.id == id)
            .ok_or(MergeError::UnknownSource(id.number()))
    }

    pub(super) fn get(&mut self, id: SourceId) -> Result<&mut Source, MergeError> {
        self.0
            .iter_mut()
            .find(|source| source.id == id)
            .ok_or(MergeError::UnknownSource(id.number()))
    }

    /// Puts the heirs of a source behind it.
    pub(super) fn split(
        &mut self,
        id: SourceId,
        ranges: &[EpkRange],
        names: &mut SourceNames,
    ) -> Result<(), MergeError> {
        let index = self.index(id)?;
        let children = self.get(id)?.split(ranges, names)?;
        self.0.splice(index + 1..=index, children);
        Ok(())
    }

    /// Pages that are held.
    pub(super) fn pages(&self) -> usize {
        self.0.iter().map(Source::pages).sum()
    }

    /// Where each range goes on; what a source with held rows will read again is left out of its heirs.
    pub(super) fn positions(&self) -> Vec<SourcePosition> {
        let mut positions: Vec<SourcePosition> = Vec::new();
        for position in self.0.iter().filter_map(Source::position) {
            if !positions
                .iter()
                .any(|kept| kept.range.overlaps(&position.range))
            {
                positions.push(position);
            }
        }
        positions
    }
}
