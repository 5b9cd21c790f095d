//! What every way of merging has in common: it asks for pages, takes them, gives rows, and writes its state down.

use bytes::Bytes;
use cosmokit_protocol::op::query::ResumeFilter;
use cosmokit_protocol::partition::EpkRange;

use super::checkpoint::StageState;
use super::source::{Source, SourceId, SourceNames, Sources};
use super::{MergeError, MergeLimits};

/// One page that would be of use.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetch<'a> {
    /// Whose page it is.
    pub source: SourceId,
    /// The range to ask.
    pub range: &'a EpkRange,
    /// The text to ask with; `None`: the text of the query as it is.
    pub text: Option<&'a str>,
    /// The service's token of the page before.
    pub continuation: Option<&'a str>,
    /// The row behind which an ordered query goes on, when there is no token.
    pub resume: Option<ResumeFilter>,
    /// Whether anything waits for the page.
    pub urgency: Urgency,
}

/// Whether anything waits for a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// No row can be given before it is there.
    Needed,
    /// It will be needed later.
    Ahead,
}

/// What a merge gives next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergeStep {
    /// A row: the JSON text of one value.
    Row(Bytes),
    /// Nothing before more pages are there.
    Waiting,
    /// Nothing more.
    Finished,
}

/// A way of merging.
pub(super) trait Stage: std::fmt::Debug + Send + Sync {
    /// The pages that would be of use, the most urgent first.
    fn fetches(&self, limits: &MergeLimits) -> Vec<Fetch<'_>>;

    /// Takes a page.
    fn push(&mut self, id: SourceId, page: Page, limits: &MergeLimits) -> Result<(), MergeError>;

    /// Gives a row.
    fn next(&mut self, limits: &MergeLimits) -> Result<MergeStep, MergeError>;

    /// Reads what is left of a source from smaller ranges.
    fn split(
        &mut self,
        id: SourceId,
        ranges: &[EpkRange],
        names: &mut SourceNames,
    ) -> Result<(), MergeError>;

    /// Whether no page is given in part.
    fn is_between_pages(&self) -> bool {
        true
    }
    /// The state to go on from.
    fn state(&self) -> Result<StageState, MergeError>;
}

/// One answer of a range.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub(super) rows: Vec<Bytes>,
    pub(super) continuation: Option<Box<str>>,
}

impl Source {
    pub(super) fn fetch<'a>(&'a self, text: Option<&'a str>, urgency: Urgency) -> Fetch<'a> {
        Fetch {
            source: self.id,
            range: &self.range,
            text,
            continuation: self.token(),
            resume: None,
            urgency,
        }
    }
}

impl Sources {
    /// The pages that are left to read, for merges that read everything before they give a row.
    pub(super) fn fetch_all<'a>(&'a self, text: Option<&'a str>) -> Vec<Fetch<'a>> {
        let unread = self.0.iter().filter(|source| source.has_more());
        unread
            .map(|source| source.fetch(text, Urgency::Needed))
            .collect()
    }

    /// Takes a page apart: its rows, each with its place in the order of all rows.
    pub(super) fn drain(
        &mut self,
        id: SourceId,
        page: Page,
    ) -> Result<Vec<(Place, Bytes)>, MergeError> {
        let source = self.get(id)?;
        let (rank, first) = (source.rank, source.seen);
        source.push(page.rows, page.continuation)?;
        let rows = std::iter::from_fn(|| source.pop());
        Ok((first..)
            .zip(rows)
            .map(|(row, bytes)| (Place { rank, row }, bytes))
            .collect())
    }

    /// Whether everything is read.
    pub(super) fn are_read(&self) -> bool {
        self.0.iter().all(|source| !source.has_more())
    }
}

/// Where a row stands among all rows: the place of its source, then its own place there.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub(super) struct Place {
    pub(super) rank: u32,
    pub(super) row: u64,
}
