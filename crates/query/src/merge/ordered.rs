//! Ordered merge: rows of all ranges by their keys; equal ones by the order of the ranges, then as the range gives them.
//!
//! Only the first row of each source is compared. Nothing is given before every source has a row or is at its end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use bytes::Bytes;
use cosmokit_protocol::partition::EpkRange;

use super::checkpoint::StageState;
use super::order_row::{OrderRow, SortKey};
use super::resume::{Floor, Mark, OrderPosition, Within};
use super::source::{Source, SourceId, SourceNames, Sources};
use super::stage::{Fetch, MergeStep, Page, Stage, Urgency};
use super::unordered::PAGES_PER_SOURCE;
use super::{MergeError, MergeLimits};
use crate::ast::Direction;

/// Merges by ORDER BY keys.
#[derive(Debug)]
pub(super) struct Ordered {
    directions: Box<[Direction]>,
    text: Box<str>,
    sources: Sources,
    /// What is known of each source, in the same order.
    heads: Vec<Head>,
    /// The sources that have a first row, by their keys.
    heap: BinaryHeap<Reverse<(SortKey, usize)>>,
    /// Whether every source has a first row or is at its end; otherwise it is to be found out.
    ready: bool,
    last: Last,
}

/// The row given last.
#[derive(Debug)]
enum Last {
    /// It was given before the merge was resumed; `None`: there is none.
    Before(Option<OrderPosition>),
    /// By this source.
    By(usize),
}

/// The front of one source.
#[derive(Clone, Debug, Default)]
struct Head {
    row: Option<(Option<Box<str>>, Option<Bytes>)>,
    floor: Option<Floor>,
    /// Rows left out at the floor.
    repeated: u64,
    /// The rows given last.
    given: Option<Run>,
    /// The rows at the end of what came in.
    received: Option<Run>,
}

/// Rows that follow each other: their keys, their document, and how many they are.
type Run = (SortKey, Option<Box<str>>, u64);

impl Ordered {
    pub(super) fn new(sources: Sources, directions: &[Direction], text: &str) -> Self {
        let heads = vec![Head::default(); sources.0.len()];
        Self {
            directions: directions.into(),
            text: text.into(),
            sources,
            heads,
            heap: BinaryHeap::new(),
            ready: false,
            last: Last::Before(None),
        }
    }

    pub(super) fn resumed(
        ranges: &[EpkRange],
        position: Option<OrderPosition>,
        directions: &[Direction],
        text: &str,
        names: &mut SourceNames,
    ) -> Result<Self, MergeError> {
        let mut merge = Self::new(Sources::new(ranges, names), directions, text);
        if let Some(position) = &position {
            for (source, head) in merge.sources.0.iter().zip(&mut merge.heads) {
                let floor = position.floor(&source.range, directions)?;
                head.given = floor.given();
                head.floor = Some(floor);
            }
        }
        merge.last = Last::Before(position);
        Ok(merge)
    }

    /// Moves rows forward until the source has a first row that was not given before.
    fn advance(&mut self, index: usize) -> Result<(), MergeError> {
        let (Some(source), Some(head)) = (self.sources.0.get_mut(index), self.heads.get_mut(index))
        else {
            return Ok(());
        };
        if head.row.is_some() {
            return Ok(());
        }
        while let Some(bytes) = source.pop() {
            let row = OrderRow::read(&bytes, &self.directions)?;
            if let Some(floor) = &head.floor {
                if floor.covers(&row, &mut head.repeated) {
                    continue;
                }
                if row.key > floor.key {
                    head.floor = None;
                }
            }
            head.row = Some((row.rid, row.payload));
            self.heap.push(Reverse((row.key, index)));
            break;
        }
        Ok(())
    }

    /// Whether a source must be asked before any row can be given.
    fn is_starving(source: &Source, head: &Head) -> bool {
        head.row.is_none() && source.has_more()
    }

    /// Takes the first row of a source; `None` when nothing is selected of it.
    fn give(&mut self, key: SortKey, index: usize) -> Result<Option<Bytes>, MergeError> {
        let Some(head) = self.heads.get_mut(index) else {
            return Ok(None);
        };
        let (rid, payload) = head.row.take().unwrap_or_default();
        let count = match &head.given {
            Some((known, document, count)) if *known == key && *document == rid => count + 1,
            Some(_) => 1,
            None => 1 + self.given_by_others(&key, rid.as_deref()),
        };
        if let Some(head) = self.heads.get_mut(index) {
            head.given = Some((key, rid, count));
        }
        self.last = Last::By(index);
        self.advance(index)?;
        let starving = self
            .sources
            .0
            .get(index)
            .zip(self.heads.get(index))
            .is_some_and(|(source, head)| Self::is_starving(source, head));
        self.ready &= !starving;
        Ok(payload)
    }

    /// The rows at the end of a page, together with those of the same document that came before it.
    fn run_at_end(&self, rows: &[Bytes], before: Option<Run>) -> Result<Option<Run>, MergeError> {
        let mut run: Option<Run> = None;
        for bytes in rows.iter().rev() {
            let row = OrderRow::read(bytes, &self.directions)?;
            match &mut run {
                Some((key, rid, count)) if *key == row.key && *rid == row.rid => *count += 1,
                Some(_) => return Ok(run),
                None => run = Some((row.key, row.rid, 1)),
            }
        }
        Ok(match (run, before) {
            (None, before) => before,
            (Some((key, rid, count)), Some((known, document, earlier)))
                if key == known && rid == document =>
            {
                Some((key, rid, count.saturating_add(earlier)))
            }
            (run, _) => run,
        })
    }

    /// How many rows of a document were given before its range was split.
    fn given_by_others(&self, key: &SortKey, rid: Option<&str>) -> u64 {
        let Some(rid) = rid else { return 0 };
        let given = self.heads.iter().filter_map(|head| head.given.as_ref());
        let same =
            given.filter(|(known, document, _)| known == key && document.as_deref() == Some(rid));
        same.map(|(.., count)| *count).max().unwrap_or(0)
    }

    /// The position behind the row that was given last.
    fn position(&self) -> Option<OrderPosition> {
        let index = match &self.last {
            Last::Before(position) => return position.clone(),
            Last::By(index) => *index,
        };
        let (key, ..) = self.heads.get(index)?.given.as_ref()?;
        let mark = |index: usize| {
            let (known, rid, count) = self.heads.get(index)?.given.as_ref()?;
            let range = self.sources.0.get(index)?.range.clone();
            (known == key).then(|| Mark {
                range,
                rid: rid.clone(),
                count: *count,
            })
        };
        let others = (0..self.heads.len()).filter(|other| *other != index);
        let marks = others.chain([index]).filter_map(mark).collect();
        Some(OrderPosition::new(
            key,
            self.sources.0.get(index)?.range.clone(),
            marks,
        ))
    }
}

impl Head {
    /// What is known of the heirs of a range that begin anew, behind what came in. The range's own continuation would do
    /// as well for a page, but whose rows it gives to which heir is the service's business, and a checkpoint has no room
    /// for it. `None` when rows do not tell their documents.
    fn of_heirs(&self) -> Option<Self> {
        let floor = match (&self.received, &self.floor) {
            (None, floor) => floor.clone(),
            (Some((_, None, _)), _) => return None,
            (Some((key, rid, count)), floor) => {
                let before = match floor {
                    // What came in again, and was given before, came in as often.
                    Some(Floor {
                        key: known,
                        within:
                            Within::UpTo {
                                rid: document,
                                count,
                            },
                    }) if known == key && document == rid => *count,
                    _ => 0,
                };
                Some(Floor {
                    key: key.clone(),
                    within: Within::UpTo {
                        rid: rid.clone(),
                        count: before.max(*count),
                    },
                })
            }
        };
        Some(Self {
            floor,
            ..Self::default()
        })
    }
}

impl Stage for Ordered {
    fn fetches(&self, limits: &MergeLimits) -> Vec<Fetch<'_>> {
        let mut room = limits.pages_ahead.saturating_sub(self.sources.pages());
        let mut fetches = Vec::new();
        for (source, head) in self
            .sources
            .0
            .iter()
            .zip(&self.heads)
            .filter(|(source, _)| source.has_more())
        {
            let urgency = if Self::is_starving(source, head) {
                Urgency::Needed
            } else {
                Urgency::Ahead
            };
            if urgency == Urgency::Ahead {
                if source.pages() >= PAGES_PER_SOURCE || room == 0 {
                    continue;
                }
                room -= 1;
            }
            let mut fetch = source.fetch(Some(&self.text), urgency);
            if fetch.continuation.is_none() {
                fetch.resume = head.floor.as_ref().map(Floor::filter);
            }
            fetches.push(fetch);
        }
        fetches.sort_by_key(|fetch| fetch.urgency);
        fetches
    }

    fn push(&mut self, id: SourceId, page: Page, _: &MergeLimits) -> Result<(), MergeError> {
        let index = self.sources.index(id)?;
        let before = self
            .heads
            .get_mut(index)
            .and_then(|head| head.received.take());
        let received = self.run_at_end(&page.rows, before)?;
        if let Some(head) = self.heads.get_mut(index) {
            head.received = received;
        }
        self.sources.get(id)?.push(page.rows, page.continuation)?;
        self.advance(index)
    }

    fn next(&mut self, _: &MergeLimits) -> Result<MergeStep, MergeError> {
        loop {
            if !self.ready {
                let mut fronts = self.sources.0.iter().zip(&self.heads);
                if fronts.any(|(source, head)| Self::is_starving(source, head)) {
                    return Ok(MergeStep::Waiting);
                }
                self.ready = true;
            }
            let Some(Reverse((key, index))) = self.heap.pop() else {
                return Ok(MergeStep::Finished);
            };
            if let Some(payload) = self.give(key, index)? {
                return Ok(MergeStep::Row(payload));
            }
        }
    }

    fn split(
        &mut self,
        id: SourceId,
        ranges: &[EpkRange],
        names: &mut SourceNames,
    ) -> Result<(), MergeError> {
        let index = self.sources.index(id)?;
        self.sources.split(id, ranges, names)?;
        let parent = self.heads.get(index).cloned().unwrap_or_default();
        let heir = match parent.of_heirs() {
            Some(heir) => {
                let heirs = self.sources.0.iter_mut().skip(index + 1);
                heirs.take(ranges.len()).for_each(Source::begin_anew);
                heir
            }
            None => Head {
                row: None,
                given: None,
                ..parent
            },
        };
        self.heads
            .splice(index + 1..=index, vec![heir; ranges.len()]);
        // The places of all sources behind have changed.
        let moved = |place: usize| {
            if place > index {
                place + ranges.len()
            } else {
                place
            }
        };
        let heap = self
            .heap
            .drain()
            .map(|Reverse((key, place))| Reverse((key, moved(place))));
        self.heap = heap.collect::<Vec<_>>().into();
        if let Last::By(place) = &mut self.last {
            *place = moved(*place);
        }
        self.ready = false;
        Ok(())
    }

    fn state(&self) -> Result<StageState, MergeError> {
        let mut ranges: Vec<EpkRange> = Vec::new();
        // A split source that still holds rows stands for its heirs, which have given none before.
        for (source, head) in self.sources.0.iter().zip(&self.heads) {
            let unfinished = !source.is_finished() || head.row.is_some();
            if unfinished && !ranges.iter().any(|range| range.overlaps(&source.range)) {
                ranges.push(source.range.clone());
            }
        }
        Ok(StageState::Ordered {
            ranges,
            position: self.position(),
        })
    }
}

impl Floor {
    /// The rows given last, as far as the floor knows them.
    fn given(&self) -> Option<Run> {
        match &self.within {
            Within::UpTo { rid, count } => Some((self.key.clone(), rid.clone(), *count)),
            _ => None,
        }
    }
}
