//! ORDER BY RANK of several scores at once, each from its index.
//!
//! A rank is among all rows, so all scores are computed, from the indexes alone; items are looked at for the filter, and
//! those that the page gives. Like every query about all its rows together, it is computed anew for each page.

use std::sync::Arc;

use cosmokit_protocol::partition::EpkRange;
use cosmokit_query::{
    Execution, RunError,
    index::{Nearest, Ranked, Score, TextScore},
};

use super::{
    page::QueryPage,
    rows::{Given, RowGate, count},
    run::{Run, wrong},
    text::TextPart,
    token::Place,
};
use crate::verb::feed_walk::{EveryItem, ItemSource, Opened};
use crate::{
    index::{path_index::PathIndex, rules::IndexRules, seek::SeekWork, spec::IndexSpec},
    partition::version::Version,
    response::Failure,
};

/// Most rows that are ranked: as many as are sorted elsewhere.
const MAX_ROWS: usize = 1_000_000;
/// The score of what has no text, or no vector to compare.
const LEAST: f64 = -1.0;

/// Several scores, each with its index.
#[derive(Clone, Debug)]
pub(super) struct FusedOrder {
    ranked: Ranked,
    components: Vec<Component>,
}

#[derive(Clone, Debug)]
enum Component {
    Text(IndexSpec, TextScore),
    Vector(IndexSpec, Box<Nearest>),
}

/// One score over all parts.
enum Scores<'o> {
    Text(Vec<TextPart>),
    Vector(Vec<Arc<PathIndex>>, &'o Nearest),
}

impl FusedOrder {
    /// The order of a query, when the policy has an index for each score.
    pub(super) fn new(rules: &IndexRules, ranked: Ranked) -> Option<Self> {
        let component = |score: &Score| match score {
            Score::Text(score) => {
                let spec = rules.words_of(&score.path)?;
                Some(Component::Text(spec, score.clone()))
            }
            Score::Vector(nearest) => {
                let spec = rules.vectors_of(&nearest.path)?;
                Some(Component::Vector(spec, Box::new(nearest.clone())))
            }
        };
        Some(Self {
            components: ranked.scores.iter().map(component).collect::<Option<_>>()?,
            ranked,
        })
    }
}

impl Run<'_, '_> {
    /// Gives the rows of a range of points behind the first `skipped`. Says where the next page begins.
    ///
    /// # Errors
    /// As for every query.
    pub(super) fn fused(
        &mut self,
        order: &FusedOrder,
        (range, skipped): (Option<EpkRange>, usize),
        page: &mut QueryPage,
    ) -> Result<Option<Place>, Failure> {
        let Some(range) = range else {
            return Ok(None);
        };
        let opened = self.walk.open(&range)?;
        let stopped = |error: RunError| wrong(&error.into());
        let mut execution = self.execution()?.unwindowed();
        let ranked = self.ranked(&opened, &mut execution, order);
        let ranked = ranked.map_err(stopped)?;
        let window = self.program.row_window(self.arguments);
        let (offset, limit) = window.map_err(|error| wrong(&error))?;
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let limit = limit.map_or(usize::MAX, size);
        let first = size(offset).saturating_add(skipped);
        self.looked.ran(&execution, self.steps);
        let rest = ranked.iter().skip(first);
        let rest = rest.take(limit.saturating_sub(skipped));
        for (given, version) in (skipped..).zip(rest) {
            let mut gate = RowGate::open(page);
            if gate.page.is_full() {
                return Ok(Some(Place::Row {
                    rows: given,
                    of: range,
                }));
            }
            let taken = gate.give(&mut execution, version, None);
            if taken.map_err(stopped)? != Given::All {
                return Ok(Some(Place::Row {
                    rows: given,
                    of: range,
                }));
            }
            self.looked.at(version);
        }
        Ok(None)
    }

    /// The items that have a row, best first.
    fn ranked(
        &mut self,
        opened: &[Opened],
        execution: &mut Execution<'_>,
        order: &FusedOrder,
    ) -> Result<Vec<Arc<Version>>, RunError> {
        let components: Vec<Scores<'_>> = order
            .components
            .iter()
            .map(|component| self.scores(opened, component))
            .collect();
        let candidates = self.candidates(opened, execution)?;
        let mut table: Vec<Vec<f64>> = vec![Vec::with_capacity(components.len()); candidates.len()];
        for scores in &components {
            let mut vector = Vec::new();
            let text = match scores {
                Scores::Text(parts) => Some(TextPart::scorer(parts.iter())),
                Scores::Vector(..) => None,
            };
            for (row, (part, version)) in table.iter_mut().zip(&candidates) {
                let score = match (scores, &text) {
                    (Scores::Text(parts), Some(text)) => parts
                        .get(*part)
                        .and_then(|part| part.score(text, version.ordinal)),
                    (Scores::Vector(indexes, nearest), _) => {
                        let index = indexes.get(*part).and_then(|index| index.vectors());
                        let has_one =
                            index.is_some_and(|index| index.read(version.ordinal, &mut vector));
                        nearest.distance(has_one.then_some(&*vector))
                    }
                    (Scores::Text(_), None) => None,
                };
                row.push(score.unwrap_or(LEAST));
            }
        }
        self.access.add(SeekWork {
            lookups: 0,
            entries: candidates.len() * components.len(),
        });
        let order = order.ranked.order(&table).into_iter();
        let version = |row: usize| candidates.get(row).map(|(_, version)| Arc::clone(version));
        Ok(order.filter_map(version).collect())
    }

    fn scores<'o>(&self, opened: &[Opened], component: &'o Component) -> Scores<'o> {
        let opened = opened.iter();
        match component {
            Component::Text(spec, score) => Scores::Text(
                opened
                    .map(|opened| self.text_part(opened, spec, score))
                    .collect(),
            ),
            Component::Vector(spec, nearest) => Scores::Vector(
                opened.map(|opened| self.index(opened, spec)).collect(),
                nearest,
            ),
        }
    }

    /// The items that have a row, in the order of insertion, each with its part.
    fn candidates(
        &mut self,
        opened: &[Opened],
        execution: &mut Execution<'_>,
    ) -> Result<Vec<(usize, Arc<Version>)>, RunError> {
        let visible = self.walk.visibility();
        let gives_every = self.program.gives_every_document();
        let mut candidates = Vec::new();
        for (part, opened) in opened.iter().enumerate() {
            let items = if gives_every {
                EveryItem.items(opened)
            } else {
                self.access.items(opened)
            };
            for version in items.filter(|version| visible(version)) {
                if !gives_every {
                    self.looked.at(version);
                    if count(execution, version, 1)? == 0 {
                        continue;
                    }
                }
                if candidates.len() >= MAX_ROWS {
                    return Err(RunError::TooManyRows(MAX_ROWS));
                }
                candidates.push((part, Arc::clone(version)));
            }
        }
        candidates.sort_by_key(|(_, version)| version.ordinal);
        Ok(candidates)
    }
}
