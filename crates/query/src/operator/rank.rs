//! ORDER BY RANK within one execution: takes statistics of all documents, keeps the candidates, ranks them at the end.

use crate::ast::Direction;
use crate::bind::{Component, RankPlan};
use crate::error::RunError;
use crate::expr::Machine;
use crate::function::full_text::{Features, Statistics, terms_of};
use crate::function::vector;
use crate::merge::rank_fusion::{ComponentOrder, fuse, ranked};
use crate::operator::order::MAX_SORTED_ROWS;
use crate::value::{Array, Value};

/// The candidates so far.
#[derive(Debug)]
pub(crate) struct Ranking {
    statistics: Vec<Statistics>,
    candidates: Vec<Candidate>,
}

#[derive(Debug)]
struct Candidate {
    scores: Vec<Score>,
    row: Box<[u8]>,
}

/// Whether a row fulfils WHERE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Passed {
    No,
    Yes,
}

/// What one component says about a row.
#[derive(Debug)]
enum Score {
    /// Scored when the statistics are complete.
    Text(Features),
    Distance(f64),
    /// The path is no text or no vector.
    None,
}

impl Ranking {
    pub(crate) fn new(plan: &RankPlan) -> Self {
        Self {
            statistics: vec![Statistics::default(); plan.components.len()],
            candidates: Vec::new(),
        }
    }

    /// Takes the current row of the machine: into the statistics in any case, as a candidate when the filter lets it.
    pub(crate) fn accept<'a>(
        &mut self,
        plan: &'a RankPlan,
        machine: &mut Machine<'a, '_>,
        project: impl FnOnce(&mut Machine<'a, '_>) -> Result<Option<Box<[u8]>>, RunError>,
    ) -> Result<Passed, RunError> {
        let mut scores = Vec::with_capacity(plan.components.len());
        for (component, statistics) in plan.components.iter().zip(&mut self.statistics) {
            scores.push(score(component, statistics, machine)?);
        }
        if let Some(filter) = &plan.filter
            && !machine.eval(filter)?.is_true()
        {
            return Ok(Passed::No);
        }
        if let Some(row) = project(machine)? {
            if self.candidates.len() >= MAX_SORTED_ROWS {
                return Err(RunError::TooManyRows(MAX_SORTED_ROWS));
            }
            self.candidates.push(Candidate { scores, row });
        }
        Ok(Passed::Yes)
    }

    /// The rows, best first.
    pub(crate) fn finish(mut self, plan: &RankPlan) -> Vec<Box<[u8]>> {
        // A single score is an ordinary order: where it descends, documents with equal keys descend too.
        if let [component] = plan.components.as_slice()
            && component.direction() == Direction::Descending
        {
            self.candidates.reverse();
        }
        let is_distance = matches!(plan.components.as_slice(), [Component::Vector(_)]);
        let scores: Vec<Vec<f64>> = self
            .candidates
            .iter()
            .map(|candidate| self.numbers(candidate, is_distance))
            .collect();
        let weights = plan.weights.iter().copied().chain(std::iter::repeat(1.0));
        let orders: Vec<ComponentOrder> = plan
            .components
            .iter()
            .zip(weights)
            .map(|(component, weight)| ComponentOrder {
                direction: component.direction(),
                weight,
            })
            .collect();
        let order = ranked(&fuse(&scores, &orders));
        let mut rows: Vec<Option<Box<[u8]>>> = self
            .candidates
            .into_iter()
            .map(|candidate| Some(candidate.row))
            .collect();
        order
            .into_iter()
            .filter_map(|index| rows.get_mut(index).and_then(Option::take))
            .collect()
    }

    /// The scores; what has no distance sorts as undefined does when there is no other score.
    fn numbers(&self, candidate: &Candidate, is_distance: bool) -> Vec<f64> {
        let number = |(score, statistics): (&Score, &Statistics)| match score {
            Score::Text(features) => features.score(statistics),
            Score::Distance(distance) => *distance,
            Score::None if is_distance => f64::NEG_INFINITY,
            Score::None => -1.0,
        };
        candidate
            .scores
            .iter()
            .zip(&self.statistics)
            .map(number)
            .collect()
    }
}

impl Component {
    /// Which scores come first.
    pub(crate) fn direction(&self) -> Direction {
        match self {
            Self::FullText { .. } => Direction::Descending,
            Self::Vector(vector) => vector.metric.nearest_first(),
        }
    }
}

fn score<'a>(
    component: &'a Component,
    statistics: &mut Statistics,
    machine: &mut Machine<'a, '_>,
) -> Result<Score, RunError> {
    match component {
        Component::Vector(expr) => {
            let (left, right) = (machine.eval(&expr.left)?, machine.eval(&expr.right)?);
            let options = match &expr.options {
                Some(options) => machine.eval(options)?,
                None => Value::Undefined,
            };
            let metric = vector::metric_of(&options).unwrap_or(expr.metric);
            Ok(vector::distance(&left, &right, metric).map_or(Score::None, Score::Distance))
        }
        Component::FullText { text, terms } => {
            let text = machine.eval(text)?;
            let mut values = Vec::with_capacity(terms.len());
            for term in terms {
                values.push(machine.eval(term)?);
            }
            machine
                .host
                .charge_size(text.as_str().map_or(0, str::len))?;
            Ok(text_score(&text, &terms_of(&values), statistics))
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of words are far below 2^53"
)]
fn text_score(text: &Value<'_>, terms: &Array<'_>, statistics: &mut Statistics) -> Score {
    statistics.documents += 1.0;
    statistics.hits.resize(terms.len(), 0.0);
    let Some(features) = text.as_str().and_then(|text| Features::of(text, terms)) else {
        return Score::None;
    };
    statistics.words += features.words as f64;
    for (hits, count) in statistics.hits.iter_mut().zip(&features.counts) {
        *hits += f64::from(u8::from(*count > 0));
    }
    Score::Text(features)
}
