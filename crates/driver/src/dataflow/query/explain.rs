//! How a query is run: who planned it, what each partition is asked, how answers are merged, which indexes serve it,
//! and what its first page costs. The first page is read for that; nothing else is.

use std::fmt::{self, Write as _};

use cosmokit_protocol::op::{IndexMetrics, QueryMetrics};
use cosmokit_protocol::partition::EpkRange;
use cosmokit_protocol::wire::charge::RequestCharge;
use cosmokit_query::plan::{Feature, Features, QueryInfo, Work};

use super::{PlanSource, QueryPager, QueryRequest};
use crate::cache::RangeRefresh;
use crate::dataflow::FeedPage;
use crate::error::Result;
use crate::pipeline::Terms;

/// Partitions that are printed one by one.
const MAX_PARTS_SHOWN: usize = 20;

/// How a query is run. Prints itself as a tree.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct QueryExplanation {
    /// The text.
    pub text: String,
    /// Who planned it; [`PlanSource::None`] under one partition key, where the service runs it as it is.
    pub source: PlanSource,
    /// What merging takes, by the names of the wire: `OrderBy`, `GroupBy`, …
    pub features: Vec<&'static str>,
    /// What each partition is asked; several texts for a hybrid search.
    pub sent: Vec<String>,
    /// How the answers are put together, step by step.
    pub merge: Vec<String>,
    /// The partitions that are asked: id of the partition key range, and which part of it.
    pub partitions: Vec<(String, EpkRange)>,
    /// All partitions of the container.
    pub partition_count: usize,
    /// The indexes that the first page used and missed, when the service says.
    pub indexes: Option<IndexMetrics>,
    /// Times and counts of the first page, when the service says.
    pub metrics: Option<QueryMetrics>,
    /// Rows of the first page.
    pub first_page_rows: usize,
    /// Requests that the first page took, the plan included when the gateway made it.
    pub first_page_requests: usize,
    /// What the first page cost.
    pub first_page_charge: RequestCharge,
    /// What all pages will cost at least: the first page's charge when it is the only one, else as much for each
    /// partition as the first page cost for those that it read.
    pub predicted_charge: RequestCharge,
    /// Whether the first page is the only one.
    pub is_complete: bool,
}

impl QueryExplanation {
    pub(crate) async fn of(terms: Terms, mut request: QueryRequest) -> Result<Self> {
        request.populate_index_metrics = true;
        request.populate_query_metrics = true;
        let container = terms.container(&request.container).await?;
        let scope = request
            .scope
            .epk_range(container.partition_key_definition())?;
        let text = request.query.as_ref().map(|query| query.query.clone());
        let mut pager = QueryPager::open(terms.clone(), request).await?;
        let page = pager.next_page().await?;
        let ranges = terms.ranges(&container, RangeRefresh::IfMissing).await?;
        let plan = pager.plan();
        let whole = [scope];
        let parts = plan.map_or(&whole[..], |plan| &plan.parts);
        let owned = |part: &EpkRange| {
            let owners = ranges.map().overlapping(part).iter();
            owners
                .filter_map(|owner| {
                    let piece = owner.range().intersect(part)?;
                    Some((owner.id().to_owned(), piece))
                })
                .collect::<Vec<_>>()
        };
        let partitions: Vec<(String, EpkRange)> = parts.iter().flat_map(owned).collect();
        let diagnostics = page.as_ref().map(|page| page.diagnostics().clone());
        let charge = page
            .as_ref()
            .and_then(|page| page.headers().request_charge().copied())
            .unwrap_or_default();
        let requests = diagnostics.map_or(0, |attempts| attempts.request_count());
        let is_complete = page.is_none() || pager.is_finished();
        let read = requests.clamp(1, partitions.len().max(1));
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let share = partitions.len().max(1) as f64 / read as f64;
        let predicted = if is_complete { 1.0 } else { share };
        let headers = page.as_ref().map(FeedPage::headers);
        Ok(Self {
            source: plan.map_or(PlanSource::None, |plan| plan.source),
            features: plan.map_or_else(Vec::new, |plan| features(&plan.work)),
            sent: plan.map_or_else(Vec::new, |plan| sent(&plan.work)),
            merge: plan.map_or_else(Vec::new, |plan| merge(&plan.work)),
            partitions,
            partition_count: ranges.entries().len(),
            indexes: headers
                .and_then(|headers| headers.index_metrics())
                .and_then(IndexMetrics::parse),
            metrics: headers
                .and_then(|headers| headers.query_metrics())
                .map(QueryMetrics::parse),
            first_page_rows: page.as_ref().map_or(0, |page| page.items().len()),
            first_page_requests: requests,
            first_page_charge: charge,
            predicted_charge: RequestCharge::new(charge.value() * predicted),
            is_complete,
            text: text.unwrap_or_default(),
        })
    }
}

fn features(work: &Work) -> Vec<&'static str> {
    let features = match work {
        Work::Query(info) => Features::of_query(info),
        Work::Hybrid(info) => Features::of_hybrid(info),
    };
    features.iter().map(Feature::as_str).collect()
}

fn sent(work: &Work) -> Vec<String> {
    let text = |info: &QueryInfo| info.rewritten_query.clone();
    let texts: Vec<String> = match work {
        Work::Query(info) => vec![text(info)],
        Work::Hybrid(info) => std::iter::once(info.global_statistics_query.clone())
            .chain(info.component_query_infos.iter().map(text))
            .collect(),
    };
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

fn merge(work: &Work) -> Vec<String> {
    let info = match work {
        Work::Query(info) => info,
        Work::Hybrid(info) => {
            let components = info.component_query_infos.len();
            let mut steps = vec![format!("rank fusion of {components} scores")];
            steps.extend(window(info.skip, info.take, None));
            return steps;
        }
    };
    let keys = || {
        let keys = info.order_by_expressions.iter().zip(&info.order_by);
        keys.map(|(expression, direction)| format!("{expression} {direction:?}").to_lowercase())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut steps = Vec::new();
    if !info.group_by_expressions.is_empty() {
        steps.push(format!(
            "groups by {}",
            info.group_by_expressions.join(", ")
        ));
    } else if !info.aggregates.is_empty() || !info.group_by_alias_to_aggregate_type.is_empty() {
        steps.push("aggregates of partial aggregates".to_owned());
    } else if info.has_non_streaming_order_by {
        steps.push("sort in memory, after everything is read".to_owned());
    } else if !info.order_by.is_empty() {
        steps.push(format!("ordered merge by {}", keys()));
    } else {
        steps.push("one partition after the other".to_owned());
    }
    if info.distinct_type != cosmokit_query::plan::DistinctType::None {
        steps.push("distinct rows".to_owned());
    }
    if info.d_count_info.is_some() {
        steps.push("their count".to_owned());
    }
    steps.extend(window(info.offset, info.limit, info.top));
    steps
}

fn window(offset: Option<u64>, limit: Option<u64>, top: Option<u64>) -> Option<String> {
    let mut text = String::new();
    if let Some(offset) = offset.filter(|offset| *offset > 0) {
        let _ = write!(text, "all but the first {offset}");
    }
    if let Some(take) = limit.into_iter().chain(top).min() {
        let separator = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{separator}at most {take}");
    }
    (!text.is_empty()).then_some(text)
}

impl fmt::Display for QueryExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        let planned = match self.source {
            PlanSource::Local => "planned by this client",
            PlanSource::Gateway => "planned by the gateway",
            PlanSource::None => "run by the service as it is, under one partition key",
        };
        let features = self.features.join(", ");
        let features = if features.is_empty() {
            features
        } else {
            format!(": {features}")
        };
        writeln!(f, "├─ {planned}{features}")?;
        branch(f, "merged by", &self.merge)?;
        branch(f, "each partition is asked", &self.sent)?;
        let heading = format!(
            "partitions: {} of {}",
            self.partitions.len(),
            self.partition_count
        );
        let mut parts: Vec<String> = self
            .partitions
            .iter()
            .take(MAX_PARTS_SHOWN)
            .map(|(id, range)| {
                format!(
                    "{id}  from {:?} to {:?}",
                    range.min().to_hex(),
                    range.max().to_hex()
                )
            })
            .collect();
        if self.partitions.len() > MAX_PARTS_SHOWN {
            parts.push(format!(
                "and {} more",
                self.partitions.len() - MAX_PARTS_SHOWN
            ));
        }
        writeln!(f, "├─ {heading}")?;
        leaves(f, &parts)?;
        branch(f, "indexes", &self.index_lines())?;
        let rows = self.first_page_rows;
        let more = if self.is_complete {
            "all of them"
        } else {
            "more follow"
        };
        writeln!(f, "└─ first page: {rows} rows ({more})")?;
        writeln!(
            f,
            "   ├─ {} requests, {:.2} RU",
            self.first_page_requests,
            self.first_page_charge.value()
        )?;
        if let Some(metrics) = &self.metrics {
            writeln!(
                f,
                "   ├─ {} documents loaded, {} given",
                metrics.retrieved_document_count(),
                metrics.output_document_count()
            )?;
        }
        let bound = if self.is_complete { "" } else { "at least " };
        writeln!(
            f,
            "   └─ all pages: {bound}{:.2} RU",
            self.predicted_charge.value()
        )
    }
}

impl QueryExplanation {
    fn index_lines(&self) -> Vec<String> {
        let Some(indexes) = &self.indexes else {
            return Vec::new();
        };
        let composite = |paths: &Vec<String>| format!("({})", paths.join(", "));
        let rows = [
            ("used", indexes.utilized_single.clone()),
            ("missing", indexes.potential_single.clone()),
            (
                "composite, used",
                indexes.utilized_composite.iter().map(composite).collect(),
            ),
            (
                "composite, missing",
                indexes.potential_composite.iter().map(composite).collect(),
            ),
        ];
        let named = rows.into_iter().filter(|(_, paths)| !paths.is_empty());
        named
            .map(|(name, paths)| format!("{name}: {}", paths.join(", ")))
            .collect()
    }
}

fn branch(f: &mut fmt::Formatter<'_>, heading: &str, lines: &[String]) -> fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(f, "├─ {heading}")?;
    leaves(f, lines)
}

fn leaves(f: &mut fmt::Formatter<'_>, lines: &[String]) -> fmt::Result {
    for (place, line) in lines.iter().enumerate() {
        let (edge, below) = if place + 1 == lines.len() {
            ("└─", "  ")
        } else {
            ("├─", "│ ")
        };
        // A text of several lines stays on its branch.
        let line = line.replace('\n', &format!("\n│  {below} "));
        writeln!(f, "│  {edge} {line}")?;
    }
    Ok(())
}
