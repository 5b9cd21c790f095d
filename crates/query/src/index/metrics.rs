//! Which indexes serve a query, and which would serve it better: the index metrics of the service.

use cosmokit_protocol::resource::{IndexPath, IndexStep};
use serde_json::{Value as Json, json};

use super::nearest::Nearest;
use super::paths::SlotPaths;
use super::predicate::{Predicate, Test};
use super::ranking::Score;
use crate::ast::Direction;
use crate::bind::Program;
use crate::expr::{Expr, Projection};
use crate::function::IndexUse;
use crate::value::Value;

/// What indexes a container has.
pub trait IndexPolicy {
    /// Whether the scalars at a path are indexed.
    fn is_indexed(&self, path: &IndexPath) -> bool;

    /// Whether there is a composite index over these paths in sequence.
    fn has_composite(&self, paths: &[(IndexPath, Direction)]) -> bool;

    /// The composite indexes that there are, when they are known one by one.
    fn composites(&self) -> &[Vec<(IndexPath, Direction)>] {
        &[]
    }

    /// Whether there is an index of a kind of its own at a path; one on scalars, unless the container says more.
    fn has_special(&self, path: &IndexPath, _kind: SpecialIndex) -> bool {
        self.is_indexed(path)
    }
}

/// A kind of index besides those on scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecialIndex {
    /// Of the words of texts.
    FullText,
    /// Of places.
    Spatial,
    /// Of vectors.
    Vector,
}

/// Indexes that serve a query, and indexes that it misses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndexMetrics {
    /// Indexes on one path that serve it.
    pub utilized_single: Vec<IndexPath>,
    /// Indexes on one path that it misses.
    pub potential_single: Vec<IndexPath>,
    /// Composite indexes that serve it.
    pub utilized_composite: Vec<Vec<(IndexPath, Direction)>>,
    /// Composite indexes that it misses.
    pub potential_composite: Vec<Vec<(IndexPath, Direction)>>,
}

impl Program {
    /// Which indexes serve the query in a container, with the values of its parameters.
    pub fn index_metrics(
        &self,
        arguments: &[Value<'static>],
        policy: &dyn IndexPolicy,
    ) -> IndexMetrics {
        let predicate = self.predicate(arguments);
        let mut metrics = IndexMetrics::default();
        let served = self.composite_in_use(&predicate, policy);
        let is_served = |path: &IndexPath| {
            let mut served = served.iter().flatten();
            served.any(|(other, _)| other.steps() == path.steps())
        };
        let mut filtered: Vec<IndexPath> = Vec::new();
        for term in predicate.terms() {
            match term.test {
                Test::Words { .. } => metrics.special(&term.path, SpecialIndex::FullText, policy),
                Test::Shape { .. } => metrics.special(&term.path, SpecialIndex::Spatial, policy),
                _ => insert(&mut filtered, &term.path),
            }
        }
        for (path, kind) in self.scored_paths(arguments) {
            metrics.special(&path, kind, policy);
        }
        let mut composites = self.composites(&predicate, &filtered);
        composites
            .retain(|paths| served.is_none() || !paths.iter().all(|(path, _)| is_served(path)));
        if let Some(order) = self.order_index_paths().filter(|keys| keys.len() > 1)
            && !composites.contains(&order)
            && !order.iter().all(|(path, _)| is_served(path))
        {
            composites.push(order);
        }
        let mut paths = filtered.clone();
        self.order_and_projection(&composites, &filtered, &mut paths);
        for path in paths.into_iter().filter(|path| !is_served(path)) {
            metrics.single(&path, policy.is_indexed(&path));
        }
        for composite in composites {
            if policy.has_composite(&composite) {
                metrics.utilized_composite.push(composite);
            } else {
                metrics.potential_composite.push(composite);
            }
        }
        metrics.utilized_composite.extend(served);
        metrics
    }

    /// The composite index that serves the filter, or the filter and the order.
    fn composite_in_use(
        &self,
        predicate: &Predicate,
        policy: &dyn IndexPolicy,
    ) -> Option<Vec<(IndexPath, Direction)>> {
        let indexes = policy.composites();
        let keys = self.order_index_paths().unwrap_or_default();
        let found = if keys.is_empty() {
            predicate.composite(indexes)
        } else {
            let ordering = predicate.ordering_composite(indexes, &keys);
            ordering.or_else(|| predicate.composite(indexes))
        };
        indexes.get(found?.number).cloned()
    }

    /// The paths of the scores that the query orders by.
    fn scored_paths(&self, arguments: &[Value<'static>]) -> Vec<(IndexPath, SpecialIndex)> {
        let vector = |nearest: Nearest| (nearest.path, SpecialIndex::Vector);
        if let Some(nearest) = self.nearest(arguments) {
            return nearest
                .search
                .is_some()
                .then(|| vector(nearest))
                .into_iter()
                .collect();
        }
        if let Some(order) = self.text_order(arguments) {
            return vec![(order.score.path, SpecialIndex::FullText)];
        }
        let scores = self.ranked(arguments).map(|ranked| ranked.scores);
        let scores = scores.into_iter().flatten().map(|score| match score {
            Score::Text(score) => (score.path, SpecialIndex::FullText),
            Score::Vector(nearest) => vector(nearest),
        });
        scores.collect()
    }

    /// Composite indexes that would serve the filter: equalities first, then one range; and those over grouped paths.
    fn composites(
        &self,
        predicate: &Predicate,
        filtered: &[IndexPath],
    ) -> Vec<Vec<(IndexPath, Direction)>> {
        let joined: Vec<&Predicate> = match predicate {
            Predicate::All(parts) => parts.iter().collect(),
            other => vec![other],
        };
        let (mut equal, mut ranged) = (Vec::new(), Vec::new());
        for part in joined {
            match part {
                Predicate::Term(term) if matches!(term.test, Test::Values(_)) => {
                    insert(&mut equal, &term.path);
                }
                Predicate::Term(term)
                    if matches!(term.test, Test::Between(..) | Test::Prefix(_)) =>
                {
                    insert(&mut ranged, &term.path);
                }
                _ => {}
            }
        }
        let ascending = |paths: Vec<IndexPath>| {
            paths
                .into_iter()
                .map(|path| (path, Direction::Ascending))
                .collect()
        };
        let mut composites: Vec<Vec<(IndexPath, Direction)>> = Vec::new();
        if !equal.is_empty() {
            let with = |range: &IndexPath| {
                ascending(equal.iter().cloned().chain([range.clone()]).collect())
            };
            composites.extend(
                ranged
                    .iter()
                    .filter(|range| !equal.contains(range))
                    .map(with),
            );
        }
        let grouped = self.grouped_paths();
        if grouped.len() > 1 && grouped.iter().all(|path| filtered.contains(path)) {
            let grouped = ascending(grouped);
            if !composites.contains(&grouped) {
                composites.push(grouped);
            }
        }
        composites
    }

    fn grouped_paths(&self) -> Vec<IndexPath> {
        let paths = SlotPaths::new();
        let keys = self
            .plan
            .grouping
            .iter()
            .flat_map(|grouping| grouping.keys.iter());
        keys.filter_map(|(_, key)| paths.path(key).map(|(path, _)| path))
            .collect()
    }

    /// Adds what ORDER BY and the selected functions look up, and takes away what ORDER BY makes needless.
    fn order_and_projection(
        &self,
        composites: &[Vec<(IndexPath, Direction)>],
        filtered: &[IndexPath],
        used: &mut Vec<IndexPath>,
    ) {
        let paths = SlotPaths::new();
        if let [order] = &*self.plan.order
            && let Some((path, _)) = paths.path(&order.key)
        {
            if filtered.len() > 1 && composites.is_empty() {
                // The rows come from the index of another condition, and the order is checked on them.
                used.retain(|used| *used != path);
            } else {
                insert(used, &path);
            }
        }
        let selected: Vec<&Expr> = match &self.plan.projection {
            Projection::Value(expr) => vec![expr],
            Projection::Columns(columns) => columns.iter().map(|(_, expr)| expr).collect(),
        };
        for expr in selected {
            if let Expr::Call(function, arguments) = expr
                && matches!(function.index_use, IndexUse::PreciseScan | IndexUse::Seek)
                && let Some((path, _)) = arguments.first().and_then(|path| paths.path(path))
            {
                insert(used, &path);
            }
        }
    }
}

fn insert(paths: &mut Vec<IndexPath>, path: &IndexPath) {
    if !paths.contains(path) {
        paths.push(path.clone());
    }
}

impl IndexMetrics {
    fn special(&mut self, path: &IndexPath, kind: SpecialIndex, policy: &dyn IndexPolicy) {
        self.single(path, policy.has_special(path, kind));
    }

    fn single(&mut self, path: &IndexPath, is_there: bool) {
        let paths = if is_there {
            &mut self.utilized_single
        } else {
            &mut self.potential_single
        };
        insert(paths, path);
    }

    /// The form of the first version, which stands base64-encoded in the header.
    pub fn to_first_version(&self) -> Json {
        let single = |path: &IndexPath| {
            json!({
                "FilterExpression": "",
                "IndexSpec": spec(path),
                "FilterPreciseSet": true,
                "IndexPreciseSet": true,
                "IndexImpactScore": "High",
            })
        };
        let composite = |paths: &Vec<(IndexPath, Direction)>| json!({"IndexSpecs": specs(paths), "IndexPreciseSet": false, "IndexImpactScore": "High"});
        json!({
            "UtilizedSingleIndexes": self.utilized_single.iter().map(single).collect::<Vec<_>>(),
            "PotentialSingleIndexes": self.potential_single.iter().map(single).collect::<Vec<_>>(),
            "UtilizedCompositeIndexes": self.utilized_composite.iter().map(composite).collect::<Vec<_>>(),
            "PotentialCompositeIndexes": self.potential_composite.iter().map(composite).collect::<Vec<_>>(),
        })
    }

    /// The form of the second version, which stands URL-encoded in the header.
    pub fn to_second_version(&self) -> Json {
        let used = |path: &IndexPath| json!({"IndexSpec": spec(path)});
        let missed =
            |path: &IndexPath| json!({"IndexSpec": spec(path), "IndexImpactScore": "High"});
        let used_composite =
            |paths: &Vec<(IndexPath, Direction)>| json!({"IndexSpecs": specs(paths)});
        let missed_composite = |paths: &Vec<(IndexPath, Direction)>| json!({"IndexSpecs": specs(paths), "IndexImpactScore": "High"});
        json!({
            "UtilizedIndexes": {
                "SingleIndexes": self.utilized_single.iter().map(used).collect::<Vec<_>>(),
                "CompositeIndexes": self.utilized_composite.iter().map(used_composite).collect::<Vec<_>>(),
            },
            "PotentialIndexes": {
                "SingleIndexes": self.potential_single.iter().map(missed).collect::<Vec<_>>(),
                "CompositeIndexes": self.potential_composite.iter().map(missed_composite).collect::<Vec<_>>(),
            },
        })
    }
}

/// `/name/?`, with names quoted that hold anything but letters, digits and underscores.
fn spec(path: &IndexPath) -> String {
    format!("{}/?", exact(path))
}

fn specs(paths: &[(IndexPath, Direction)]) -> Vec<String> {
    let word = |direction: &Direction| {
        if *direction == Direction::Ascending {
            "ASC"
        } else {
            "DESC"
        }
    };
    paths
        .iter()
        .map(|(path, direction)| format!("{} {}", exact(path), word(direction)))
        .collect()
}

fn exact(path: &IndexPath) -> String {
    let step = |step: &IndexStep| match step {
        IndexStep::AnyElement => "/[]".to_owned(),
        IndexStep::Property(name) if name.chars().all(|c| c.is_alphanumeric() || c == '_') => {
            format!("/{name}")
        }
        IndexStep::Property(name) => format!("/\"{name}\""),
    };
    path.steps().iter().map(step).collect()
}
