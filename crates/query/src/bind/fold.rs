//! Constant folding: what does not depend on the document is computed once.

use std::cell::RefCell;

use super::context::Binder;
use crate::error::RunError;
use crate::expr::{DocumentMembers, Expr, Host, Machine, PatternSource, UserFunctions};
use crate::function::Purity;
use crate::value::Value;

/// Steps that folding one expression may take; a larger one is left for the run, and its budget.
const FOLD_STEPS: u64 = 20_000;

impl Binder<'_> {
    /// Replaces an expression by its value when that is known.
    pub(super) fn fold(&self, expr: Expr) -> Expr {
        match decided(expr) {
            expr if is_foldable(&expr) => match self.evaluate(&expr) {
                Ok(value) => Expr::Constant(value),
                Err(_) => expr,
            },
            expr => expr,
        }
    }

    fn evaluate(&self, expr: &Expr) -> Result<Value<'static>, RunError> {
        let host = Host::new(0, 0, FOLD_STEPS, self.schema.surface, &NoUserFunctions);
        let seen = RefCell::default();
        let mut machine = Machine {
            frame: Vec::new(),
            document: DocumentMembers::none(),
            parameters: &[],
            host: &host,
            seen: &seen,
        };
        machine.eval(expr).map(Value::into_owned)
    }
}

struct NoUserFunctions;

impl UserFunctions for NoUserFunctions {
    fn call(&self, name: &str, _: &[Value<'_>]) -> Result<Value<'static>, Box<str>> {
        Err(name.into())
    }
}

/// AND and OR that a constant decides, whatever the other operands are.
fn decided(expr: Expr) -> Expr {
    let holds = |operands: &[Expr], wanted: bool| {
        operands.iter().any(
            |operand| matches!(operand, Expr::Constant(Value::Boolean(value)) if *value == wanted),
        )
    };
    match expr {
        Expr::And(operands) if holds(&operands, false) => Expr::Constant(Value::Boolean(false)),
        Expr::Or(operands) if holds(&operands, true) => Expr::Constant(Value::Boolean(true)),
        other => other,
    }
}

/// Whether all operands are constants and the operation depends on nothing else.
fn is_foldable(expr: &Expr) -> bool {
    let constant = |expr: &Expr| matches!(expr, Expr::Constant(_));
    match expr {
        Expr::Constant(_)
        | Expr::Parameter(_)
        | Expr::Path { .. }
        | Expr::Computed { .. }
        | Expr::Index(..)
        | Expr::User(..)
        | Expr::Subquery(..)
        | Expr::Let(..) => false,
        Expr::Part(base, _) => constant(base),
        Expr::Array(elements) => elements.iter().all(constant),
        Expr::Object(members) => members.iter().all(|(_, value)| constant(value)),
        Expr::Unary(_, operand) => constant(operand),
        Expr::Binary(_, operands) => constant(&operands.0) && constant(&operands.1),
        Expr::And(operands) | Expr::Or(operands) => operands.iter().all(constant),
        Expr::Conditional(parts) | Expr::Between(_, parts) => {
            [&parts.0, &parts.1, &parts.2].into_iter().all(constant)
        }
        Expr::In(parts) => constant(&parts.value) && parts.list.iter().all(constant),
        Expr::Like(parts) => {
            constant(&parts.value) && matches!(parts.pattern, PatternSource::Fixed(_))
        }
        Expr::Call(function, arguments) => {
            function.purity == Purity::Pure && arguments.iter().all(constant)
        }
        Expr::Vector(parts) => {
            constant(&parts.left) && constant(&parts.right) && parts.options.iter().all(constant)
        }
    }
}
