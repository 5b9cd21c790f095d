//! ORDER BY the distance of a vector from a given one, as far as an index of vectors can serve it.

use cosmokit_protocol::resource::IndexPath;

use super::paths::{Meets, SlotPaths};
use crate::ast::Direction;
use crate::bind::Program;
use crate::expr::Expr;
use crate::function::{Metric, vector};
use crate::value::{OrderKey, Value};

/// An order by the distance of the vector at a path from a given one.
#[derive(Clone, Debug)]
pub struct Nearest {
    /// The path; ends with `/?`.
    pub path: IndexPath,
    /// The direction of the distances.
    pub direction: Direction,
    metric: Metric,
    target: Box<[f32]>,
}

impl Nearest {
    /// What a document is ordered by that has this vector at the path, or no vector.
    pub fn key(&self, vector: Option<&[f32]>) -> OrderKey {
        // Which of the two comes first makes no difference, not even in rounding.
        let distance =
            vector.and_then(|found| vector::distance_of(found, &self.target, self.metric));
        distance.map_or(OrderKey::Undefined, |distance| {
            OrderKey::Number(distance.into())
        })
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
        let [order] = &*plan.order else {
            return None;
        };
        let Expr::Vector(distance) = &order.key else {
            return None;
        };
        if !self.is_ordered_by_documents() {
            return None;
        }
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
        Some(Nearest {
            path,
            direction: order.direction,
            metric: vector::metric_of(&options).unwrap_or(distance.metric),
            target,
        })
    }
}
