//! A program whose paths into the document are places that columns fill.

use cosmokit_protocol::resource::{IndexPath, IndexPathEnd, IndexStep};

use crate::bind::Program;
use crate::expr::{DOCUMENT, Expr, Projection, QueryPlan, Slot, Step};

/// Most paths of one program.
pub const MAX_PATHS: usize = 8;

/// A query over columns; made by [`Program::over_columns`].
#[derive(Debug)]
pub struct ColumnProgram {
    pub(crate) program: Program,
    /// The slot of the first column; the others follow.
    pub(crate) first: Slot,
    paths: Vec<IndexPath>,
}

impl ColumnProgram {
    /// The paths of the document whose values the query needs, each once; perhaps none.
    pub fn paths(&self) -> &[IndexPath] {
        &self.paths
    }
}

impl Program {
    /// The query over columns: when it is about all of its rows together (aggregates, GROUP BY, DISTINCT without a
    /// limit), and reads nothing of a document but the values at up to [`MAX_PATHS`] paths of members.
    pub fn over_columns(&self) -> Option<ColumnProgram> {
        let plan = &self.plan;
        let is_limited = plan.top.is_some() || plan.window.is_some();
        let is_about_all = plan.grouping.is_some() || plan.distinct.is_some() && !is_limited;
        if !self.reads_documents() || self.rank.is_some() || !is_about_all {
            return None;
        }
        let mut places = Places {
            first: self.slots,
            paths: Vec::new(),
        };
        let mut plan = plan.clone();
        places.fill_in_query(&mut plan)?;
        let Places { first, paths } = places;
        let program = Self {
            plan,
            rank: None,
            parameters: self.parameters.clone(),
            slots: self.slots + paths.len(),
            schema: self.schema.clone(),
            shape: self.shape,
            order_origins: self.order_origins.clone(),
        };
        Some(ColumnProgram {
            program,
            first,
            paths,
        })
    }
}

/// The paths that were met, and the slots that stand for them.
struct Places {
    first: Slot,
    paths: Vec<IndexPath>,
}

impl Places {
    /// Puts slots in the place of paths; `None` when something else of the document is read.
    fn fill_in_query(&mut self, plan: &mut QueryPlan) -> Option<()> {
        // Sources are mostly about elements of arrays, which no column holds.
        if !plan.sources.is_empty() {
            return None;
        }
        if let Some(filter) = &mut plan.filter {
            self.fill_in(filter)?;
        }
        if let Some(grouping) = &mut plan.grouping {
            for (_, key) in &mut grouping.keys {
                self.fill_in(key)?;
            }
            for call in &mut grouping.aggregates {
                self.fill_in(&mut call.argument)?;
            }
        }
        match &mut plan.projection {
            Projection::Value(expr) => self.fill_in(expr)?,
            Projection::Columns(columns) => {
                for (_, expr) in columns {
                    self.fill_in(expr)?;
                }
            }
        }
        for order in &mut plan.order {
            self.fill_in(&mut order.key)?;
        }
        Some(())
    }

    fn fill_in(&mut self, expr: &mut Expr) -> Option<()> {
        match expr {
            Expr::Path {
                slot: DOCUMENT,
                steps,
            } => {
                *expr = Expr::slot(self.slot_of(steps)?);
                Some(())
            }
            Expr::Subquery(_, plan) => self.fill_in_query(plan),
            other => {
                let mut filled = Some(());
                other.for_each_operand(&mut |operand| {
                    filled = filled.and_then(|()| self.fill_in(operand));
                });
                filled
            }
        }
    }

    fn slot_of(&mut self, steps: &[Step]) -> Option<Slot> {
        let step = |step: &Step| match step {
            Step::Member(name) => Some(IndexStep::Property(name.clone())),
            Step::Element(_) => None,
        };
        let wanted: Vec<IndexStep> = steps.iter().map(step).collect::<Option<_>>()?;
        let count = wanted.len();
        let path = IndexPath::from_steps(wanted, IndexPathEnd::Scalar);
        // The whole document is no column, and a path that is too deep was cut off.
        if count == 0 || path.steps().len() != count {
            return None;
        }
        let known = self.paths.iter().position(|known| *known == path);
        let number = known.unwrap_or(self.paths.len());
        if known.is_none() {
            self.paths.push(path);
        }
        (number < MAX_PATHS).then_some(self.first + number)
    }
}
