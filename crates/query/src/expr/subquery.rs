//! Rows of a query over one document, and what subqueries make of them.

use std::ops::Deref;

use super::tree::{Projection, QueryPlan, Scope, SourcePlan};
use super::{Flow, Machine};
use crate::ast::QueryForm;
use crate::error::RunError;
use crate::operator::group::Groups;
use crate::operator::order::OrderTuple;
use crate::value::{Array, HashSetOfValues, Value, structural_hash};

type Visit<'v, 'a, 'h> =
    &'v mut dyn FnMut(&mut Machine<'a, 'h>, Value<'a>) -> Result<Flow, RunError>;
type VisitRow<'v, 'a, 'h> = &'v mut dyn FnMut(&mut Machine<'a, 'h>) -> Result<Flow, RunError>;

/// Some values; a single one stays on the stack.
pub(crate) enum Values<'a> {
    One(Value<'a>),
    Many(Vec<Value<'a>>),
}

impl<'a> Deref for Values<'a> {
    type Target = [Value<'a>];

    fn deref(&self) -> &[Value<'a>] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

impl<'a, 'h> Machine<'a, 'h> {
    /// The value of a subquery used as an expression.
    pub(super) fn subquery_value(
        &mut self,
        form: QueryForm,
        plan: &'a QueryPlan,
    ) -> Result<Value<'a>, RunError> {
        let mut rows: Vec<Value<'a>> = Vec::new();
        let mut all = true;
        self.subquery(plan, &mut |machine, value| {
            machine.host.charge(1)?;
            match form {
                QueryForm::Exists | QueryForm::First => {
                    rows.push(value);
                    return Ok(Flow::Enough);
                }
                QueryForm::Array => rows.push(value),
                QueryForm::Last => rows = vec![value],
                QueryForm::All => {
                    all = value.is_true();
                    return Ok(if all { Flow::More } else { Flow::Enough });
                }
                QueryForm::Scalar if rows.is_empty() => rows.push(value),
                QueryForm::Scalar => return Err(RunError::Cardinality),
            }
            Ok(Flow::More)
        })?;
        Ok(match form {
            QueryForm::Exists => Value::Boolean(!rows.is_empty()),
            QueryForm::All => Value::Boolean(all),
            QueryForm::Array => Value::Array(Array::Built(rows.into())),
            QueryForm::Scalar | QueryForm::First | QueryForm::Last => {
                rows.pop().unwrap_or(Value::Undefined)
            }
        })
    }

    /// Hands out the rows of a subquery, in order, without duplicates where it says so.
    pub(crate) fn subquery(
        &mut self,
        plan: &'a QueryPlan,
        visit: Visit<'_, 'a, 'h>,
    ) -> Result<Flow, RunError> {
        if plan.order.is_empty() {
            return self.unordered(plan, visit);
        }
        let mut rows: Vec<(OrderTuple, Value<'a>)> = Vec::new();
        self.rows(plan, &mut |machine| {
            let key = OrderTuple::from(&*machine.order_values(plan)?);
            if let Some(value) = machine.project(&plan.projection)? {
                machine.host.charge(4)?;
                rows.push((key, value));
            }
            Ok(Flow::More)
        })?;
        rows.sort_by(|(left, _), (right, _)| left.compare(right, &plan.order));
        let mut distinct = plan.distinct.map(|_| HashSetOfValues::default());
        for (_, value) in rows {
            let fresh = distinct
                .as_mut()
                .is_none_or(|seen| seen.insert(structural_hash(&value)));
            if fresh && visit(self, value)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    fn unordered(
        &mut self,
        plan: &'a QueryPlan,
        visit: Visit<'_, 'a, 'h>,
    ) -> Result<Flow, RunError> {
        let mut seen = HashSetOfValues::default();
        self.projected(plan, &mut |machine, value| {
            let fresh = match plan.distinct {
                None => true,
                Some(Scope::Evaluation) => seen.insert(structural_hash(&value)),
                Some(Scope::Query) => machine.seen.borrow_mut().insert(structural_hash(&value)),
            };
            if fresh {
                visit(machine, value)
            } else {
                Ok(Flow::More)
            }
        })
    }

    fn projected(
        &mut self,
        plan: &'a QueryPlan,
        visit: Visit<'_, 'a, 'h>,
    ) -> Result<Flow, RunError> {
        let Some(grouping) = &plan.grouping else {
            return self.rows(
                plan,
                &mut |machine| match machine.project(&plan.projection)? {
                    Some(value) => visit(machine, value),
                    None => Ok(Flow::More),
                },
            );
        };
        let mut groups = Groups::new(grouping);
        self.rows(plan, &mut |machine| {
            groups.accumulate(grouping, machine)?;
            Ok(Flow::More)
        })?;
        for group in groups.finish(grouping) {
            group.load(grouping, self);
            if let Some(value) = self.project(&plan.projection)?
                && visit(self, value)? == Flow::Enough
            {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// What the current row becomes; `None` when it is dropped.
    pub(crate) fn project(
        &mut self,
        projection: &'a Projection,
    ) -> Result<Option<Value<'a>>, RunError> {
        match projection {
            Projection::Value(expr) => self
                .eval(expr)
                .map(|value| value.is_defined().then_some(value)),
            Projection::Columns(columns) => self.object(columns).map(Some),
        }
    }

    /// The ORDER BY keys of the current row.
    pub(crate) fn order_values(&mut self, plan: &'a QueryPlan) -> Result<Values<'a>, RunError> {
        if let [item] = &*plan.order {
            return self.eval(&item.key).map(Values::One);
        }
        let keys = plan.order.iter().map(|item| self.eval(&item.key));
        Ok(Values::Many(keys.collect::<Result<_, _>>()?))
    }

    /// Visits every combination of the sources that passes the filter.
    pub(crate) fn rows(
        &mut self,
        plan: &'a QueryPlan,
        visit: VisitRow<'_, 'a, 'h>,
    ) -> Result<Flow, RunError> {
        self.combine(&plan.sources, plan, visit)
    }

    fn combine(
        &mut self,
        sources: &'a [SourcePlan],
        plan: &'a QueryPlan,
        visit: VisitRow<'_, 'a, 'h>,
    ) -> Result<Flow, RunError> {
        let Some((source, rest)) = sources.split_first() else {
            if let Some(filter) = &plan.filter
                && !self.eval(filter)?.is_true()
            {
                return Ok(Flow::More);
            }
            return visit(self);
        };
        match source {
            SourcePlan::Value(slot, expr) => {
                let value = self.eval(expr)?;
                self.enter(*slot, value, rest, plan, visit)
            }
            SourcePlan::Elements(slot, expr) => {
                let value = self.eval(expr)?;
                self.each(*slot, &value, rest, plan, visit)
            }
            SourcePlan::Rows(slot, query) => self.subquery(query, &mut |machine, value| {
                machine.enter(*slot, value, rest, plan, visit)
            }),
            SourcePlan::RowElements(slot, query) => self.subquery(query, &mut |machine, value| {
                machine.each(*slot, &value, rest, plan, visit)
            }),
        }
    }

    fn enter(
        &mut self,
        slot: usize,
        value: Value<'a>,
        rest: &'a [SourcePlan],
        plan: &'a QueryPlan,
        visit: VisitRow<'_, 'a, 'h>,
    ) -> Result<Flow, RunError> {
        if !value.is_defined() {
            return Ok(Flow::More);
        }
        self.host.charge(1)?;
        self.set(slot, value);
        self.combine(rest, plan, visit)
    }

    fn each(
        &mut self,
        slot: usize,
        value: &Value<'a>,
        rest: &'a [SourcePlan],
        plan: &'a QueryPlan,
        visit: VisitRow<'_, 'a, 'h>,
    ) -> Result<Flow, RunError> {
        let Some(array) = value.as_array() else {
            return Ok(Flow::More);
        };
        for element in array {
            if self.enter(slot, element, rest, plan, visit)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }
}
