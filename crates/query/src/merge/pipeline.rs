//! A merge as a whole: what reads from ranges, then DISTINCT, then a count, then the window.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::partition::EpkRange;

use super::aggregate::{Aggregates, object};
use super::checkpoint::{Checkpoint, StageState};
use super::distinct::Distinct;
use super::group::Groups;
use super::hybrid::Hybrid;
use super::kind::{Kind, rewritten, text, window};
use super::ordered::Ordered;
use super::sorted::Sorted;
use super::source::{SourceId, SourceNames, Sources};
use super::stage::{Fetch, MergeStep, Page, Stage};
use super::unordered::Unordered;
use super::{MergeError, MergeLimits};
use crate::operator::window::{Admission, Window};
use crate::plan::{HybridSearchQueryInfo, QueryInfo, Work};

/// Merges the answers of ranges into the rows of a query.
///
/// It does no I/O. Whoever drives it asks [`fetches`](Self::fetches) which pages would be of use, gives pages to
/// [`push`](Self::push) in any order of sources, and takes rows from [`next`](Self::next) until that says
/// [`MergeStep::Finished`]. Between two rows, [`checkpoint`](Self::checkpoint) gives what [`resume`](Self::resume) goes on
/// from.
///
/// ```
/// use bytes::Bytes;
/// use cosmokit_protocol::partition::{EpkRange, PartitionKeyDefinition};
/// use cosmokit_query::merge::{MergeLimits, MergePipeline, MergeStep};
/// use cosmokit_query::{Schema, plan::PreparedQuery};
///
/// let by_city = PartitionKeyDefinition::from("/city");
/// let prepared = PreparedQuery::prepare("SELECT VALUE SUM(c.n) FROM c", &Schema::default(), &by_city)?;
/// let plan = prepared.plan([])?;
/// let ranges = plan.key_ranges().epk_ranges(&by_city);
/// let mut merge = MergePipeline::new(plan.work(), &ranges, MergeLimits::default())?;
/// let source = merge.fetches()[0].source;
/// merge.push(source, vec![Bytes::from(r#"[{"item": 3}]"#)], Some("token"))?;
/// assert_eq!(merge.next()?, MergeStep::Waiting);
/// merge.push(source, vec![Bytes::from(r#"[{"item": 4}]"#)], None)?;
/// assert_eq!(merge.next()?, MergeStep::Row(Bytes::from("7")));
/// assert_eq!(merge.next()?, MergeStep::Finished);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MergePipeline {
    stage: Box<dyn Stage>,
    distinct: Option<Distinct>,
    count: Option<RowCount>,
    window: Option<Window>,
    limits: MergeLimits,
    names: SourceNames,
}

/// Counts rows instead of giving them.
#[derive(Debug)]
struct RowCount {
    /// The column; empty for the count alone.
    alias: Box<str>,
    counted: u64,
    given: bool,
}

impl MergePipeline {
    /// A merge over `ranges`, in whose order rows leave where nothing else orders them.
    ///
    /// Without any range it gives what the query gives over no documents.
    ///
    /// # Errors
    /// [`MergeError::Plan`] for a plan that cannot be merged.
    pub fn new(work: &Work, ranges: &[EpkRange], limits: MergeLimits) -> Result<Self, MergeError> {
        let mut names = SourceNames::default();
        let stage: Box<dyn Stage> = match work {
            Work::Query(info) => {
                let sources = Sources::new(ranges, &mut names);
                match Kind::of(info)? {
                    Kind::Unordered => {
                        Box::new(Unordered::new(sources, text(info).map(Into::into)))
                    }
                    Kind::Ordered => {
                        Box::new(Ordered::new(sources, &info.order_by, &rewritten(info)?))
                    }
                    Kind::Aggregate(form) => {
                        Box::new(Aggregates::new(sources, form, &rewritten(info)?))
                    }
                    Kind::Groups(form, order) => {
                        Box::new(Groups::new(sources, form, order, &rewritten(info)?))
                    }
                    Kind::Sorted(wanted) => Box::new(Sorted::new(
                        sources,
                        &info.order_by,
                        wanted,
                        &rewritten(info)?,
                    )),
                }
            }
            Work::Hybrid(info) => Box::new(Hybrid::new(Arc::clone(info), ranges, &mut names)),
        };
        Ok(Self::around(stage, work, limits, names))
    }

    /// A merge that goes on from a checkpoint which was made under the same plan.
    ///
    /// # Errors
    /// [`MergeError::Token`] when the checkpoint does not fit the plan, [`MergeError::Plan`] as for [`new`](Self::new).
    pub fn resume(
        work: &Work,
        checkpoint: Checkpoint,
        limits: MergeLimits,
    ) -> Result<Self, MergeError> {
        let mut names = SourceNames::default();
        let stage = match work {
            Work::Query(info) => resumed_stage(info, checkpoint.stage, &mut names)?,
            Work::Hybrid(info) => resumed_search(info, checkpoint.stage, &mut names)?,
        };
        let mut pipeline = Self::around(stage, work, limits, names);
        if let Some(state) = checkpoint.distinct {
            pipeline.distinct = Some(Distinct::restored(state)?);
        }
        if let (Some(count), Some(counted)) = (&mut pipeline.count, checkpoint.counted) {
            (count.counted, count.given) = counted;
        }
        if let (Some(window), Some((skip, take))) = (&mut pipeline.window, checkpoint.window) {
            *window = Window::new(skip, take);
        }
        Ok(pipeline)
    }

    fn around(stage: Box<dyn Stage>, work: &Work, limits: MergeLimits, names: SourceNames) -> Self {
        let (distinct, count, window) = match work {
            Work::Query(info) => (
                Distinct::new(info.distinct_type),
                info.d_count_info.as_ref().map(|count| RowCount {
                    alias: count.d_count_alias.as_str().into(),
                    counted: 0,
                    given: false,
                }),
                window(info.offset, info.limit, info.top),
            ),
            Work::Hybrid(info) => (None, None, window(info.skip, info.take, None)),
        };
        Self {
            stage,
            distinct,
            count,
            window,
            limits,
            names,
        }
    }

    /// The pages that would be of use now, the most urgent first. Of each source at most one page is on its way at a time.
    pub fn fetches(&self) -> Vec<Fetch<'_>> {
        if self.is_closed() {
            return Vec::new();
        }
        self.stage.fetches(&self.limits)
    }

    /// Takes the page that a fetch asked for: its rows, each the JSON text of one value, and the service's token.
    ///
    /// # Errors
    /// [`MergeError`] when the rows are not in the form that the plan asks for, or a limit is crossed.
    pub fn push(
        &mut self,
        source: SourceId,
        rows: Vec<Bytes>,
        continuation: Option<&str>,
    ) -> Result<(), MergeError> {
        let page = Page {
            rows,
            continuation: continuation.map(Box::from),
        };
        self.stage.push(source, page, &self.limits)
    }

    /// Gives the next row.
    ///
    /// # Errors
    /// [`MergeError`] when a row is not in the form that the plan asks for, or a limit is crossed.
    #[expect(
        clippy::should_implement_trait,
        reason = "waiting is not the end, which an iterator could not say"
    )]
    pub fn next(&mut self) -> Result<MergeStep, MergeError> {
        loop {
            if self.is_closed() {
                return Ok(MergeStep::Finished);
            }
            let row = match self.stage.next(&self.limits)? {
                MergeStep::Row(row) => row,
                MergeStep::Waiting => return Ok(MergeStep::Waiting),
                MergeStep::Finished => match self.count.as_mut().and_then(RowCount::give) {
                    Some(row) => return Ok(self.windowed(row)),
                    None => return Ok(MergeStep::Finished),
                },
            };
            if let Some(distinct) = &mut self.distinct
                && !distinct.admits(&row, &self.limits)?
            {
                continue;
            }
            if let Some(count) = &mut self.count {
                count.counted += 1;
                continue;
            }
            match self.window.as_mut().map_or(Admission::Take, Window::admit) {
                Admission::Take => return Ok(MergeStep::Row(row)),
                Admission::Skip => {}
                Admission::Stop => return Ok(MergeStep::Finished),
            }
        }
    }

    fn windowed(&mut self, row: Bytes) -> MergeStep {
        match self.window.as_mut().map_or(Admission::Take, Window::admit) {
            Admission::Take => MergeStep::Row(row),
            Admission::Skip | Admission::Stop => MergeStep::Finished,
        }
    }

    fn is_closed(&self) -> bool {
        self.window.as_ref().is_some_and(Window::is_closed)
    }

    /// Reads what is left of a source from the ranges that its range was split into.
    ///
    /// # Errors
    /// [`MergeError::UnknownSource`], or [`MergeError::SplitInsidePage`].
    pub fn split(&mut self, source: SourceId, ranges: &[EpkRange]) -> Result<(), MergeError> {
        self.stage.split(source, ranges, &mut self.names)
    }

    /// Whether a checkpoint made now is exact whatever is written before it is resumed: no page without order is given
    /// in part.
    pub fn is_between_pages(&self) -> bool {
        self.stage.is_between_pages()
    }

    /// The state to go on from behind the row that was given last.
    ///
    /// Rows without any order are counted from the last page that was taken up whole: checkpoints between pages are exact
    /// whatever is written meanwhile, others only while the page stays as it is.
    ///
    /// # Errors
    /// [`MergeError::Row`] when a held row is not JSON.
    pub fn checkpoint(&self) -> Result<Checkpoint, MergeError> {
        Ok(Checkpoint {
            stage: self.stage.state()?,
            distinct: self.distinct.as_ref().map(Distinct::state),
            counted: self
                .count
                .as_ref()
                .map(|count| (count.counted, count.given)),
            window: self.window.as_ref().map(Window::remaining),
        })
    }
}

impl RowCount {
    fn give(&mut self) -> Option<Bytes> {
        if std::mem::replace(&mut self.given, true) {
            return None;
        }
        let count = Bytes::from(self.counted.to_string());
        Some(if self.alias.is_empty() {
            count
        } else {
            object([(&*self.alias, count)].into_iter())
        })
    }
}

fn resumed_stage(
    info: &QueryInfo,
    state: StageState,
    names: &mut SourceNames,
) -> Result<Box<dyn Stage>, MergeError> {
    Ok(match (Kind::of(info)?, state) {
        (Kind::Unordered, StageState::Unordered { sources }) => Box::new(Unordered::resumed(
            sources,
            text(info).map(Into::into),
            names,
        )),
        (Kind::Ordered, StageState::Ordered { ranges, position }) => Box::new(Ordered::resumed(
            &ranges,
            position,
            &info.order_by,
            &rewritten(info)?,
            names,
        )?),
        (
            Kind::Aggregate(form),
            StageState::Aggregate {
                sources,
                columns,
                given,
            },
        ) => {
            let sources = Sources::resumed(sources, names);
            Box::new(Aggregates::new(sources, form, &rewritten(info)?).restored(columns, given)?)
        }
        (
            Kind::Groups(form, order),
            StageState::Groups {
                sources,
                groups,
                rows,
            },
        ) => {
            let sources = Sources::resumed(sources, names);
            Box::new(Groups::new(sources, form, order, &rewritten(info)?).restored(groups, rows)?)
        }
        (
            Kind::Sorted(wanted),
            StageState::Sorted {
                sources,
                rows,
                sorted,
            },
        ) => {
            let sources = Sources::resumed(sources, names);
            Box::new(
                Sorted::new(sources, &info.order_by, wanted, &rewritten(info)?)
                    .restored(rows, sorted)?,
            )
        }
        _ => return Err(MergeError::Token("it belongs to a query of another kind")),
    })
}

fn resumed_search(
    info: &Arc<HybridSearchQueryInfo>,
    state: StageState,
    names: &mut SourceNames,
) -> Result<Box<dyn Stage>, MergeError> {
    match state {
        StageState::Hybrid(state) => {
            Ok(Box::new(Hybrid::restored(Arc::clone(info), state, names)?))
        }
        _ => Err(MergeError::Token("it belongs to a query of another kind")),
    }
}
