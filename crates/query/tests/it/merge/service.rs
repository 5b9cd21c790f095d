//! A service made of the engine: ranges of documents that answer rewritten queries page by page, and a driver for merges.

use bytes::Bytes;
use cosmokit_protocol::op::query::ResumeFilter;
use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange, PartitionKeyDefinition};
use cosmokit_query::ast::Direction;
use cosmokit_query::merge::{Fetch, MergeError, MergePipeline, MergeStep, SourceId};
use cosmokit_query::plan::Work;
use cosmokit_query::value::{OrderKey, Value};
use cosmokit_query::{Program, QueryError, Schema};
use serde_json::Value as Json;

use crate::world::run_query;

/// Random choices of one run.
#[derive(Clone, Debug)]
pub(crate) struct Choices(u64);

impl Choices {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit.max(1)
    }
}

/// A document, its point, its JSON text.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) point: EffectivePartitionKey,
    pub(crate) text: String,
}

impl Stored {
    pub(crate) fn new(text: String, definition: &PartitionKeyDefinition) -> Self {
        let key = definition.extract(text.as_bytes()).expect("a document");
        Self {
            point: EffectivePartitionKey::of(&key, definition).expect("a complete key"),
            text,
        }
    }
}

/// A container that answers by ranges.
pub(crate) struct Service<'a> {
    pub(crate) documents: Vec<Stored>,
    pub(crate) schema: Schema,
    pub(crate) parameters: Vec<(String, Value<'static>)>,
    pub(crate) query: &'a str,
    pub(crate) directions: Vec<Direction>,
    /// Whether rows belong to single documents, so that a range can be split in the middle of its rows.
    pub(crate) streams: bool,
    /// Answers that tokens speak of.
    answers: Vec<Vec<(EffectivePartitionKey, Bytes)>>,
}

impl<'a> Service<'a> {
    pub(crate) fn new(query: &'a str, documents: Vec<Stored>, schema: Schema, work: &Work) -> Self {
        let (directions, streams) = match work {
            Work::Query(info) => (
                info.order_by.clone(),
                info.aggregates.is_empty()
                    && info.group_by_alias_to_aggregate_type.is_empty()
                    && info.group_by_expressions.is_empty()
                    && !info.has_non_streaming_order_by,
            ),
            Work::Hybrid(_) => (Vec::new(), false),
        };
        let (parameters, answers) = (Vec::new(), Vec::new());
        Self {
            documents,
            schema,
            parameters,
            query,
            directions,
            streams,
            answers,
        }
    }

    /// All rows of a range, each with the point of its document.
    fn rows(
        &self,
        text: &str,
        range: &EpkRange,
    ) -> Result<Vec<(EffectivePartitionKey, Bytes)>, QueryError> {
        let inside: Vec<&Stored> = self
            .documents
            .iter()
            .filter(|document| range.contains(&document.point))
            .collect();
        let bytes = |row: Json| Bytes::from(row.to_string());
        let reads = Program::compile(text, &self.schema)?.reads_documents();
        if !self.streams || !reads {
            let texts: Vec<String> = inside
                .iter()
                .map(|document| document.text.clone())
                .collect();
            let rows = run_query(text, &self.schema, &self.parameters, &texts)?;
            return Ok(rows
                .into_iter()
                .map(|row| (range.min().clone(), bytes(row)))
                .collect());
        }
        let mut rows = Vec::new();
        for document in inside {
            let some = run_query(
                text,
                &self.schema,
                &self.parameters,
                std::slice::from_ref(&document.text),
            )?;
            rows.extend(some.into_iter().map(|row| (document.point.clone(), row)));
        }
        if !self.directions.is_empty() {
            rows.sort_by(|(_, left), (_, right)| {
                self.compare(&keys(left), &rid(left), &keys(right), &rid(right))
            });
        }
        Ok(rows
            .into_iter()
            .map(|(point, row)| (point, bytes(row)))
            .collect())
    }

    fn compare(
        &self,
        left: &[OrderKey],
        left_rid: &str,
        right: &[OrderKey],
        right_rid: &str,
    ) -> std::cmp::Ordering {
        let keys = left.iter().zip(right).zip(&self.directions);
        let first = self
            .directions
            .first()
            .copied()
            .unwrap_or(Direction::Ascending);
        keys.map(|((left, right), direction)| direction.apply(left.cmp(right)))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| first.apply(left_rid.cmp(right_rid)))
    }

    /// Whether a resume filter lets a row through, as the service does it.
    fn passes(&self, row: &Bytes, filter: &ResumeFilter) -> bool {
        let row: Json = serde_json::from_slice(row).expect("rows are JSON");
        let bound: Vec<OrderKey> = filter.value.iter().map(bound).collect();
        let keys = keys(&row);
        let equal = keys == bound;
        match (&filter.rid, equal) {
            (Some(from), true) => self.compare(&keys, &rid(&row), &bound, from).is_ge(),
            (None, true) => !filter.exclude,
            (_, false) => self.compare(&keys, "", &bound, "").is_gt(),
        }
    }

    /// Answers a fetch with a page of at most `size` rows.
    pub(crate) fn answer(
        &mut self,
        fetch: &Fetch<'_>,
        size: usize,
    ) -> Result<(Vec<Bytes>, Option<String>), QueryError> {
        let text = fetch.text.unwrap_or(self.query);
        let (answer, start) = if let Some(token) = fetch.continuation {
            let (answer, start) = token.split_once(':').expect("a token of this service");
            (
                answer.parse().expect("a number"),
                start.parse().expect("a number"),
            )
        } else {
            let mut rows = self.rows(text, fetch.range)?;
            if let Some(filter) = &fetch.resume {
                rows.retain(|(_, row)| self.passes(row, filter));
            }
            self.answers.push(rows);
            (self.answers.len() - 1, 0usize)
        };
        let all = &self.answers[answer];
        let end = all.len().min(start + size);
        let page = all[start..end]
            .iter()
            .filter(|(point, _)| !self.streams || fetch.range.contains(point));
        let page = page.map(|(_, row)| row.clone()).collect();
        // A token at the very end: the last page is then empty.
        let more = end < all.len() || (size % 2 == 1 && start < all.len());
        Ok((page, more.then(|| format!("{answer}:{end}"))))
    }
}

fn keys(row: &Json) -> Vec<OrderKey> {
    let items = row["orderByItems"].as_array().into_iter().flatten();
    items
        .map(|item| {
            item.get("item").map_or(OrderKey::Undefined, |item| {
                OrderKey::from(&Value::from(item))
            })
        })
        .collect()
}

fn rid(row: &Json) -> String {
    row["_rid"].as_str().unwrap_or_default().to_owned()
}

fn bound(json: &Json) -> OrderKey {
    match json {
        Json::Array(_) => OrderKey::Undefined,
        Json::Object(hashed) => {
            let half = |name: &str| u128::from(hashed[name].as_u64().expect("half a hash"));
            let bytes = (half("high") << 64 | half("low")).to_le_bytes();
            if hashed["type"] == "array" {
                OrderKey::Array(bytes)
            } else {
                OrderKey::Object(bytes)
            }
        }
        scalar => OrderKey::from(&Value::from(scalar)),
    }
}

/// What may happen between rows.
pub(crate) struct Disturbances<'d> {
    /// Called now and then between two rows; may replace the merge by one that was resumed.
    pub(crate) pause: &'d mut dyn FnMut(MergePipeline, &mut Choices) -> MergePipeline,
    /// Of how many fetches one finds its range split.
    pub(crate) splits: usize,
}

/// Runs a merge to its end.
pub(crate) fn drive(
    service: &mut Service<'_>,
    mut merge: MergePipeline,
    choices: &mut Choices,
    disturbances: &mut Disturbances<'_>,
) -> Result<Vec<Json>, String> {
    let mut rows = Vec::new();
    loop {
        match merge.next().map_err(|error| error.to_string())? {
            MergeStep::Row(row) => {
                rows.push(serde_json::from_slice(&row).expect("rows are JSON"));
                if choices.below(3) == 0 {
                    merge = (disturbances.pause)(merge, choices);
                }
            }
            MergeStep::Finished => return Ok(rows),
            MergeStep::Waiting => {
                for _ in 0..=choices.below(3) {
                    step(service, &mut merge, choices, disturbances.splits)?;
                }
                if choices.below(5) == 0 {
                    merge = (disturbances.pause)(merge, choices);
                }
            }
        }
    }
}

/// Answers one of the fetches, or splits its range.
fn step(
    service: &mut Service<'_>,
    merge: &mut MergePipeline,
    choices: &mut Choices,
    splits: usize,
) -> Result<(), String> {
    let fetches = merge.fetches();
    let Some(fetch) = fetches.get(choices.below(fetches.len())) else {
        return Ok(());
    };
    let source = fetch.source;
    let may_split = splits > 0 && (service.streams || fetch.continuation.is_none());
    if may_split
        && choices.below(splits) == 0
        && split(fetch.range, service, source, choices).is_some()
    {
        let halves =
            split(fetch.range, service, source, choices).expect("it was there a moment ago");
        match merge.split(source, &halves) {
            Ok(()) | Err(MergeError::SplitInsidePage) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        }
    }
    let size = 1 + choices.below(4);
    let (rows, continuation) = service
        .answer(fetch, size)
        .map_err(|error| error.to_body())?;
    merge
        .push(source, rows, continuation.as_deref())
        .map_err(|error| error.to_string())
}

/// Two halves of a range around a document in the middle of it.
fn split(
    range: &EpkRange,
    service: &Service<'_>,
    _: SourceId,
    _: &mut Choices,
) -> Option<Vec<EpkRange>> {
    let mut points: Vec<&EffectivePartitionKey> = service
        .documents
        .iter()
        .map(|document| &document.point)
        .filter(|point| range.contains(point))
        .collect();
    points.sort();
    points.dedup();
    let (low, high) = range.split_at(points.get(points.len() / 2)?)?;
    Some(vec![low, high])
}
