//! Hybrid search: statistics of all ranges, then the candidates of each score from all ranges, then ranks fused.

use std::collections::HashMap;
use std::sync::Arc;
use std::vec::IntoIter;

use bytes::Bytes;
use cosmokit_protocol::id::Rid;
use cosmokit_protocol::partition::EpkRange;
use cosmokit_protocol::value::Number;

use super::checkpoint::{CandidateState, RawText, StageState};
use super::order_row::part;
use super::rank_fusion::{ComponentOrder, fuse, ranked};
use super::source::{SourceId, SourceNames, SourcePosition, Sources};
use super::stage::{Fetch, MergeStep, Page, Place, Stage};
use super::statistics::Statistics;
use super::{MergeError, MergeLimits};
use crate::ast::Direction;
use crate::plan::HybridSearchQueryInfo;
use crate::value::Raw;

/// Runs the phases of a hybrid search.
#[derive(Debug)]
pub(super) struct Hybrid {
    plan: Arc<HybridSearchQueryInfo>,
    /// Where statistics come from; nothing is left when they are not needed.
    statistics_sources: Sources,
    statistics: Statistics,
    components: Vec<Component>,
    candidates: HashMap<Box<str>, Candidate>,
    bytes: usize,
    /// The rows in order, once everything is read.
    rows: Option<IntoIter<Bytes>>,
}

/// One score.
#[derive(Debug)]
struct Component {
    sources: Sources,
    /// The text with statistics, once they are there.
    text: Option<Box<str>>,
}

/// A document that a score brought up.
#[derive(Clone, Debug)]
struct Candidate {
    /// What decides ties: the number of the document; without one, where it was met first.
    place: CandidatePlace,
    scores: Vec<f64>,
    payload: Option<Bytes>,
}

/// The number of a document when its resource id tells it, the component that brought it first, and its place there.
pub(super) type CandidatePlace = (Option<u64>, usize, Place);

impl Hybrid {
    pub(super) fn new(
        plan: Arc<HybridSearchQueryInfo>,
        ranges: &[EpkRange],
        names: &mut SourceNames,
    ) -> Self {
        let statistics_sources = if plan.requires_global_statistics {
            Sources::new(ranges, names)
        } else {
            Sources::default()
        };
        let components = plan.component_query_infos.iter();
        let components = components
            .map(|_| Component {
                sources: Sources::new(ranges, names),
                text: None,
            })
            .collect();
        Self::with_sources(plan, statistics_sources, components)
    }

    fn with_sources(
        plan: Arc<HybridSearchQueryInfo>,
        statistics_sources: Sources,
        components: Vec<Component>,
    ) -> Self {
        let mut search = Self {
            plan,
            statistics_sources,
            statistics: Statistics::default(),
            components,
            candidates: HashMap::new(),
            bytes: 0,
            rows: None,
        };
        search.write_texts();
        search
    }

    /// Goes on from a state.
    pub(super) fn restored(
        plan: Arc<HybridSearchQueryInfo>,
        state: HybridState,
        names: &mut SourceNames,
    ) -> Result<Self, MergeError> {
        if state.components.len() != plan.component_query_infos.len() {
            return Err(MergeError::Token("it has other scores than the query"));
        }
        let statistics_sources = Sources::resumed(state.statistics_sources, names);
        let components = state.components.into_iter();
        let components = components
            .map(|positions| Component {
                sources: Sources::resumed(positions, names),
                text: None,
            })
            .collect();
        let mut search = Self::with_sources(plan, statistics_sources, components);
        search.statistics = state.statistics;
        search.write_texts();
        for candidate in state.candidates {
            let payload = candidate.payload.into_iter().next().map(Bytes::from);
            search.bytes += payload.as_ref().map_or(0, Bytes::len);
            let scores = candidate.scores.into_iter().map(f64::from_bits).collect();
            search.candidates.insert(
                candidate.rid,
                Candidate {
                    place: candidate.place,
                    scores,
                    payload,
                },
            );
        }
        search.rows = state.rows.map(|rows| {
            rows.into_iter()
                .map(Bytes::from)
                .collect::<Vec<_>>()
                .into_iter()
        });
        Ok(search)
    }

    /// Writes the texts of the components, once the statistics are complete.
    fn write_texts(&mut self) {
        if !self.statistics_sources.are_read() {
            return;
        }
        let count = self.components.len();
        for (component, info) in self
            .components
            .iter_mut()
            .zip(&self.plan.component_query_infos)
        {
            component.text = Some(
                self.statistics
                    .write_into(&info.rewritten_query, count)
                    .into(),
            );
        }
    }

    fn take(&mut self, component: usize, place: Place, row: &Bytes) -> Result<(), MergeError> {
        let raw = Raw::new(row);
        let rid = raw.member("_rid").map(Raw::value);
        let rid = rid
            .as_ref()
            .and_then(|rid| rid.as_str())
            .ok_or(MergeError::Row("_rid is missing"))?;
        // In the ORDER BY form, the payload holds the scores and the payload proper.
        let inner = raw
            .member("payload")
            .filter(|payload| payload.member("componentScores").is_some())
            .unwrap_or(raw);
        let scores = inner
            .member("componentScores")
            .ok_or(MergeError::Row("componentScores is missing"))?;
        let scores: Vec<f64> = scores
            .elements()
            .map(|score| score.value().as_number().map_or(-1.0, Number::as_f64))
            .collect();
        if scores.len() != self.components.len() {
            return Err(MergeError::Row(
                "componentScores has not as many scores as the query",
            ));
        }
        let ordinal = rid
            .parse::<Rid>()
            .ok()
            .and_then(|rid| rid.document_ordinal());
        let place = (ordinal, component, place);
        if let Some(known) = self.candidates.get_mut(rid) {
            known.place = known.place.min(place);
            return Ok(());
        }
        let payload =
            part(row, inner.member("payload")).map(|payload| Bytes::copy_from_slice(&payload));
        self.bytes += payload.as_ref().map_or(0, Bytes::len);
        self.candidates.insert(
            rid.into(),
            Candidate {
                place,
                scores,
                payload,
            },
        );
        Ok(())
    }

    /// The candidates in the order of their fused ranks, no more of them than the window reaches.
    fn finish(&mut self) -> IntoIter<Bytes> {
        let mut candidates: Vec<Candidate> =
            std::mem::take(&mut self.candidates).into_values().collect();
        candidates.sort_by_key(|candidate| candidate.place);
        if let [component] = self.plan.component_query_infos.as_slice()
            && component.order_by.first() != Some(&Direction::Ascending)
        {
            // A single score orders like ORDER BY: equal rows of a descending order from the latest to the earliest.
            candidates.reverse();
        }
        let scores: Vec<Vec<f64>> = candidates
            .iter()
            .map(|candidate| candidate.scores.clone())
            .collect();
        let order = |(index, info): (usize, &crate::plan::QueryInfo)| ComponentOrder {
            // The direction of the component already has the sign of the weight in it.
            direction: info
                .order_by
                .first()
                .copied()
                .unwrap_or(Direction::Descending),
            weight: self
                .plan
                .component_weights
                .get(index)
                .map_or(1.0, |weight| weight.abs()),
        };
        let orders: Vec<ComponentOrder> = self
            .plan
            .component_query_infos
            .iter()
            .enumerate()
            .map(order)
            .collect();
        let reach = self
            .plan
            .take
            .map(|take| take.saturating_add(self.plan.skip.unwrap_or(0)));
        let reach = reach
            .and_then(|reach| usize::try_from(reach).ok())
            .unwrap_or(usize::MAX);
        let rows = ranked(&fuse(&scores, &orders)).into_iter().take(reach);
        let rows: Vec<Bytes> = rows
            .filter_map(|row| candidates.get(row).and_then(|row| row.payload.clone()))
            .collect();
        rows.into_iter()
    }

    fn is_read(&self) -> bool {
        self.statistics_sources.are_read()
            && self
                .components
                .iter()
                .all(|component| component.sources.are_read())
    }
}

impl Candidate {
    fn state(&self, rid: &str) -> Result<CandidateState, MergeError> {
        Ok(CandidateState {
            rid: rid.into(),
            place: self.place,
            scores: self.scores.iter().map(|score| score.to_bits()).collect(),
            payload: self
                .payload
                .iter()
                .map(RawText::of)
                .collect::<Result<_, _>>()?,
        })
    }
}

/// What a checkpoint holds of a hybrid search.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HybridState {
    statistics_sources: Vec<SourcePosition>,
    statistics: Statistics,
    components: Vec<Vec<SourcePosition>>,
    candidates: Vec<CandidateState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<RawText>>,
}

impl Stage for Hybrid {
    fn fetches(&self, _: &MergeLimits) -> Vec<Fetch<'_>> {
        if !self.statistics_sources.are_read() {
            return self
                .statistics_sources
                .fetch_all(Some(&self.plan.global_statistics_query));
        }
        self.components
            .iter()
            .flat_map(|component| component.sources.fetch_all(component.text.as_deref()))
            .collect()
    }

    fn push(&mut self, id: SourceId, page: Page, limits: &MergeLimits) -> Result<(), MergeError> {
        if self.statistics_sources.index(id).is_ok() {
            for (_, row) in self.statistics_sources.drain(id, page)? {
                self.statistics.take(Raw::new(&row))?;
            }
            self.write_texts();
            return Ok(());
        }
        let component = self
            .components
            .iter_mut()
            .enumerate()
            .find(|(_, component)| component.sources.index(id).is_ok());
        let (index, component) = component.ok_or(MergeError::UnknownSource(id.number()))?;
        for (place, row) in component.sources.drain(id, page)? {
            self.take(index, place, &row)?;
        }
        limits.check_sorted("rows to rank", self.candidates.len(), self.bytes)
    }

    fn next(&mut self, _: &MergeLimits) -> Result<MergeStep, MergeError> {
        if !self.is_read() {
            return Ok(MergeStep::Waiting);
        }
        if self.rows.is_none() {
            self.rows = Some(self.finish());
        }
        let row = self.rows.as_mut().and_then(Iterator::next);
        Ok(row.map_or(MergeStep::Finished, MergeStep::Row))
    }

    fn split(
        &mut self,
        id: SourceId,
        ranges: &[EpkRange],
        names: &mut SourceNames,
    ) -> Result<(), MergeError> {
        let components = self
            .components
            .iter_mut()
            .map(|component| &mut component.sources);
        let mut all = std::iter::once(&mut self.statistics_sources).chain(components);
        let sources = all
            .find(|sources| sources.index(id).is_ok())
            .ok_or(MergeError::UnknownSource(id.number()))?;
        sources.split(id, ranges, names)
    }

    fn state(&self) -> Result<StageState, MergeError> {
        let mut candidates: Vec<(&str, &Candidate)> = self
            .candidates
            .iter()
            .map(|(rid, candidate)| (&**rid, candidate))
            .collect();
        candidates.sort_by_key(|(_, candidate)| candidate.place);
        let rows = self
            .rows
            .as_ref()
            .map(|rows| rows.as_slice().iter().map(RawText::of).collect())
            .transpose()?;
        Ok(StageState::Hybrid(HybridState {
            statistics_sources: self.statistics_sources.positions(),
            statistics: self.statistics.clone(),
            components: self
                .components
                .iter()
                .map(|component| component.sources.positions())
                .collect(),
            candidates: candidates
                .into_iter()
                .map(|(rid, candidate)| candidate.state(rid))
                .collect::<Result<_, _>>()?,
            rows,
        }))
    }
}
