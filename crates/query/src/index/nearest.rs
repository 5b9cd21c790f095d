//! ORDER BY the distance of a vector from a given one, as far as an index of vectors can serve it.

use cosmokit_protocol::resource::IndexPath;
use cosmokit_protocol::value::Number;

use super::paths::{Meets, SlotPaths};
use crate::ast::Direction;
use crate::bind::Program;
use crate::expr::{Expr, VectorExpr};
use crate::function::{Metric, vector};
use crate::plan::ranking_distance;
use crate::value::{OrderKey, Value};

/// Candidates for each wanted row in a graph, unless the query says.
const SEARCH_LIST: usize = 10;
/// Candidates for each wanted row among compressed vectors, unless the query says.
const QUANTIZED_LIST: usize = 5;
/// The greatest that a query may say.
const MAX_LIST: u32 = 100;

/// An order by the distance of the vector at a path from a given one.
#[derive(Clone, Debug)]
pub struct Nearest {
    /// The path; ends with `/?`.
    pub path: IndexPath,
    /// The direction of the distances.
    pub direction: Direction,
    /// How vectors are compared.
    pub metric: Metric,
    /// The vector that others are to be near to.
    pub target: Box<[f32]>,
    /// How an index is to be searched; `None` when none is to be used.
    pub search: Option<SearchOptions>,
}

/// What a query says about the search in an index of vectors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SearchOptions {
    /// Candidates for each wanted row in a graph: 1 to 100, 10 unless said.
    pub search_list: usize,
    /// Candidates for each wanted row among compressed vectors: 1 to 100, 5 unless said.
    pub quantized_list: usize,
    /// How readily the filter goes first: 0 (never) to 1 (always), one half unless said.
    pub filter_priority: f64,
}

impl SearchOptions {
    fn of(options: &Value<'_>) -> Self {
        let number = |name: &str| options.member(name).as_number().map(Number::as_f64);
        let list = |name: &str, otherwise: usize| {
            let given = number(name).filter(|given| *given >= 1.0);
            let given = (1..=MAX_LIST)
                .rev()
                .find(|list| given >= Some(f64::from(*list)));
            given
                .and_then(|list| usize::try_from(list).ok())
                .unwrap_or(otherwise)
        };
        Self {
            search_list: list("searchListSizeMultiplier", SEARCH_LIST),
            quantized_list: list("quantizedVectorListMultiplier", QUANTIZED_LIST),
            filter_priority: number("filterPriority").map_or(0.5, |given| given.clamp(0.0, 1.0)),
        }
    }
}

impl Nearest {
    /// Whether the vectors that the index finds first come first.
    pub fn is_nearest_first(&self) -> bool {
        self.direction == self.metric.nearest_first()
    }

    /// What a document is ordered by that has this vector at the path, or no vector.
    pub fn key(&self, vector: Option<&[f32]>) -> OrderKey {
        let distance = self.distance(vector);
        distance.map_or(OrderKey::Undefined, |distance| {
            OrderKey::Number(distance.into())
        })
    }

    /// The distance of this vector; `None` when there is none, or when it has another number of elements.
    pub fn distance(&self, vector: Option<&[f32]>) -> Option<f64> {
        // Which of the two comes first makes no difference, not even in rounding.
        vector.and_then(|found| vector::distance_of(found, &self.target, self.metric))
    }
}

/// The elements of a vector, in the precision in which distances are computed; `None` of anything that is no vector.
pub fn vector(value: &Value<'_>) -> Option<Box<[f32]>> {
    vector::elements(value)
}

impl Program {
    /// The distance that the query orders its documents by, with the values of its parameters; `None` when it orders by
    /// anything else, or needs all its rows together.
    pub fn nearest(&self, arguments: &[Value<'static>]) -> Option<Nearest> {
        let plan = &self.plan;
        if let Some(distance) = ranking_distance(self) {
            let holds = plan.grouping.is_some() || plan.distinct.is_some();
            let direction = distance.metric.nearest_first();
            let is_plain = self.reads_documents() && !holds;
            return Nearest::of(distance, direction, arguments).filter(|_| is_plain);
        }
        let [order] = &*plan.order else {
            return None;
        };
        let Expr::Vector(distance) = &order.key else {
            return None;
        };
        if !self.is_ordered_by_documents() {
            return None;
        }
        Nearest::of(distance, order.direction, arguments)
    }
}

impl Nearest {
    /// The order by a distance, with the values of parameters; `None` when it is not that of a path from a known vector.
    pub(super) fn of(
        distance: &VectorExpr,
        direction: Direction,
        arguments: &[Value<'static>],
    ) -> Option<Self> {
        let paths = SlotPaths::new();
        let known = |expr: &Expr| match expr {
            Expr::Constant(value) => Some(value.clone()),
            Expr::Parameter(index) => arguments.get(*index).cloned(),
            _ => None,
        };
        let sides = [
            (&distance.left, &distance.right),
            (&distance.right, &distance.left),
        ];
        let side = |(path, target): (&Expr, &Expr)| match paths.path(path) {
            Some((path, Meets::One)) => Some((path, vector::elements(&known(target)?)?)),
            _ => None,
        };
        let (path, target) = sides.into_iter().find_map(side)?;
        let options = match &distance.options {
            Some(options) => known(options)?,
            None => Value::Undefined,
        };
        let brute_force = match &distance.brute_force {
            Some(flag) => known(flag)?.is_true(),
            None => false,
        };
        Some(Self {
            search: (!brute_force).then(|| SearchOptions::of(&options)),
            path,
            direction,
            metric: vector::metric_of(&options).unwrap_or(distance.metric),
            target,
        })
    }
}
