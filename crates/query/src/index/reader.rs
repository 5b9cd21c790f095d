//! Filters to predicates.

use cosmokit_protocol::value::TypeRank;

use super::paths::{Meets, SlotPaths};
use super::predicate::{Accuracy, Edge, Predicate, Term, Test, Wanted};
use crate::ast::{BinaryOperator, Negation, QueryForm, UnaryOperator};
use crate::bind::Program;
use crate::expr::{Expr, InList, LikeExpr, PatternSource, QueryPlan};
use crate::function::{Function, IndexUse};
use crate::value::{OrderKey, Value};

/// Reads one filter with the values of its parameters.
struct Reader<'r> {
    paths: SlotPaths,
    parameters: &'r [Value<'static>],
}

impl Program {
    /// What its filter asks of indexes, with the values of its parameters.
    pub fn predicate(&self, arguments: &[Value<'static>]) -> Predicate {
        let mut paths = SlotPaths::new();
        paths.add(&self.plan.sources);
        let reader = Reader {
            paths,
            parameters: arguments,
        };
        let filter = self
            .rank
            .as_ref()
            .and_then(|rank| rank.filter.as_ref())
            .or(self.plan.filter.as_ref());
        filter.map_or(Predicate::Any, |filter| reader.read(filter))
    }
}

impl Reader<'_> {
    fn read(&self, expr: &Expr) -> Predicate {
        match expr {
            Expr::Constant(value) if value.is_true() => Predicate::Any,
            Expr::Constant(_) => Predicate::Nothing,
            Expr::Path { .. } | Expr::Computed { .. } => {
                self.values(expr, [OrderKey::Boolean(true)])
            }
            Expr::Unary(UnaryOperator::Not, operand) => match &**operand {
                Expr::Path { .. } => self.values(operand, [OrderKey::Boolean(false)]),
                _ => Predicate::Any,
            },
            Expr::And(operands) => {
                let says_something =
                    |operand: &&Expr| !matches!(operand, Expr::Constant(value) if value.is_true());
                let operands = operands.iter().filter(says_something);
                Predicate::all(operands.map(|operand| self.read(operand)))
            }
            Expr::Or(operands) => Predicate::one(operands.iter().map(|operand| self.read(operand))),
            Expr::Binary(operator, operands) => {
                self.comparison(*operator, &operands.0, &operands.1)
            }
            Expr::Between(Negation::Plain, parts) => {
                let low = self.compared(BinaryOperator::GreaterOrEqual, &parts.0, &parts.1);
                let high = self.compared(BinaryOperator::LessOrEqual, &parts.0, &parts.2);
                joined(low, high)
            }
            Expr::In(list) if list.negation == Negation::Plain => self.membership(list),
            Expr::Like(like) if like.negation == Negation::Plain => self.like(like),
            Expr::Call(function, arguments) => self.call(function, arguments),
            Expr::Subquery(QueryForm::Exists, plan) => self.exists(plan),
            _ => Predicate::Any,
        }
    }

    fn known<'v>(&'v self, expr: &'v Expr) -> Option<&'v Value<'static>> {
        match expr {
            Expr::Constant(value) => Some(value),
            Expr::Parameter(index) => self.parameters.get(*index),
            _ => None,
        }
    }

    /// A condition on the path of an expression; nothing when it has none.
    fn term(&self, expr: &Expr, test: Test, accuracy: Accuracy) -> Predicate {
        match self.paths.path(expr) {
            Some((path, Meets::One)) => Predicate::Term(Term {
                path,
                test,
                accuracy,
            }),
            // Which of several elements fulfils a condition, an index cannot tell.
            Some((path, Meets::Several)) => Predicate::Term(Term {
                path,
                test,
                accuracy: Accuracy::Superset,
            }),
            None => Predicate::Any,
        }
    }

    fn values(&self, expr: &Expr, keys: impl IntoIterator<Item = OrderKey>) -> Predicate {
        let mut keys: Vec<OrderKey> = keys.into_iter().collect();
        keys.sort();
        keys.dedup();
        if keys.is_empty() {
            Predicate::Nothing
        } else {
            self.term(expr, Test::Values(keys), Accuracy::Exact)
        }
    }

    fn comparison(&self, operator: BinaryOperator, left: &Expr, right: &Expr) -> Predicate {
        match (self.known(left), self.known(right)) {
            (None, Some(_)) => self.compared(operator, left, right),
            (Some(_), None) => self.compared(mirrored(operator), right, left),
            _ => Predicate::Any,
        }
    }

    fn compared(&self, operator: BinaryOperator, expr: &Expr, value: &Expr) -> Predicate {
        let Some(value) = self.known(value) else {
            return Predicate::Any;
        };
        let key = OrderKey::from(value);
        let scalar = key.rank() < TypeRank::Array;
        let edge = |included: bool| {
            Some(Edge {
                key: key.clone(),
                included,
            })
        };
        let range = |low: Option<Edge>, high: Option<Edge>| {
            self.term(expr, Test::Between(low, high), Accuracy::Exact)
        };
        match (operator, expr) {
            (BinaryOperator::NotEqual, _) => Predicate::Any,
            _ if key == OrderKey::Undefined => Predicate::Nothing,
            (BinaryOperator::Equal, Expr::Call(function, arguments)) => {
                self.function_equals(function, arguments, value)
            }
            (_, Expr::Call(function, arguments)) if function.index_use == IndexUse::Range => {
                self.inspected(arguments)
            }
            (
                BinaryOperator::Less | BinaryOperator::LessOrEqual,
                Expr::Call(function, arguments),
            ) if function.name == "ST_DISTANCE" => self.near(function.name, arguments, value),
            _ if !scalar => Predicate::Any,
            (BinaryOperator::Equal, _) => self.values(expr, [key]),
            (BinaryOperator::Less, _) => range(None, edge(false)),
            (BinaryOperator::LessOrEqual, _) => range(None, edge(true)),
            (BinaryOperator::Greater, _) => range(edge(false), None),
            (BinaryOperator::GreaterOrEqual, _) => range(edge(true), None),
            _ => Predicate::Any,
        }
    }

    /// `f(…) = value`: of a test that is `true`, the test itself.
    fn function_equals(
        &self,
        function: &'static Function,
        arguments: &[Expr],
        value: &Value<'_>,
    ) -> Predicate {
        if value.is_true() {
            self.call(function, arguments)
        } else if function.index_use == IndexUse::Range && value.as_bool().is_none() {
            self.inspected(arguments)
        } else {
            Predicate::Any
        }
    }

    fn inspected(&self, arguments: &[Expr]) -> Predicate {
        arguments.first().map_or(Predicate::Any, |path| {
            self.term(path, Test::Inspect, Accuracy::Superset)
        })
    }

    fn membership(&self, list: &InList) -> Predicate {
        let mut keys: Vec<OrderKey> = list.constants.iter().cloned().collect();
        for expr in &list.list {
            match self.known(expr).map(OrderKey::from) {
                Some(OrderKey::Undefined) => {}
                Some(key) if key.rank() < TypeRank::Array => keys.push(key),
                _ => return Predicate::Any,
            }
        }
        self.values(&list.value, keys)
    }

    fn like(&self, like: &LikeExpr) -> Predicate {
        let PatternSource::Fixed(pattern) = &like.pattern else {
            return Predicate::Any;
        };
        if let Some(text) = pattern.literal() {
            return self.values(&like.value, [OrderKey::String(text.into())]);
        }
        let prefix = pattern.prefix();
        if prefix.is_empty() {
            return self.term(&like.value, Test::Inspect, Accuracy::Superset);
        }
        let accuracy = if pattern.is_prefix() {
            Accuracy::Exact
        } else {
            Accuracy::Superset
        };
        self.term(&like.value, Test::Prefix(prefix.into()), accuracy)
    }

    fn call(&self, function: &'static Function, arguments: &[Expr]) -> Predicate {
        let Some(first) = arguments.first() else {
            return Predicate::Any;
        };
        let types =
            |types: &[TypeRank]| self.term(first, Test::Types(types.to_vec()), Accuracy::Exact);
        match function.name {
            "IS_DEFINED" => self.term(first, Test::Defined, Accuracy::Exact),
            "IS_NULL" => self.values(first, [OrderKey::Null]),
            "IS_BOOL" | "IS_BOOLEAN" => types(&[TypeRank::Boolean]),
            "IS_NUMBER" => types(&[TypeRank::Number]),
            "IS_STRING" => types(&[TypeRank::String]),
            "IS_ARRAY" => types(&[TypeRank::Array]),
            "IS_OBJECT" => types(&[TypeRank::Object]),
            "IS_PRIMITIVE" => types(&[
                TypeRank::Null,
                TypeRank::Boolean,
                TypeRank::Number,
                TypeRank::String,
            ]),
            "STARTSWITH" | "STRINGEQUALS" => self.text_test(function.name, first, arguments),
            "CONTAINS" | "ENDSWITH" | "REGEXMATCH" | "IS_INTEGER" | "IS_FINITE_NUMBER"
            | "IS_DATETIME" => self.term(first, Test::Inspect, Accuracy::Superset),
            "ARRAY_CONTAINS" => self.array_contains(first, arguments),
            "FULLTEXTCONTAINS" | "FULLTEXTCONTAINSALL" => self.words(first, arguments, Wanted::All),
            "FULLTEXTCONTAINSANY" => self.words(first, arguments, Wanted::Any),
            "ST_WITHIN" | "ST_INTERSECTS" => self.shape(function.name, arguments, 0.0),
            _ => Predicate::Any,
        }
    }

    fn text_test(&self, name: &str, path: &Expr, arguments: &[Expr]) -> Predicate {
        let ignores_case = arguments
            .get(2)
            .is_some_and(|flag| self.known(flag) != Some(&Value::Boolean(false)));
        let text = arguments
            .get(1)
            .and_then(|text| self.known(text))
            .and_then(Value::as_str);
        match text {
            Some(_) if ignores_case => self.term(path, Test::Inspect, Accuracy::Superset),
            Some(text) if name == "STARTSWITH" => {
                self.term(path, Test::Prefix(text.into()), Accuracy::Exact)
            }
            Some(text) => self.values(path, [OrderKey::String(text.into())]),
            None => Predicate::Any,
        }
    }

    fn array_contains(&self, first: &Expr, arguments: &[Expr]) -> Predicate {
        let Some(second) = arguments.get(1) else {
            return Predicate::Any;
        };
        if let Some(list) = self.known(first).and_then(Value::as_array) {
            let keys: Vec<OrderKey> = list.iter().map(|value| OrderKey::from(&value)).collect();
            let scalars = keys.iter().all(|key| key.rank() < TypeRank::Array);
            return if scalars && arguments.len() == 2 {
                self.values(second, keys)
            } else {
                Predicate::Any
            };
        }
        let key = self
            .known(second)
            .map(OrderKey::from)
            .filter(|key| key.rank() < TypeRank::Array);
        match (self.paths.elements(first), key) {
            (Some(_), Some(OrderKey::Undefined)) => Predicate::Nothing,
            (Some(path), Some(key)) => Predicate::Term(Term {
                path,
                test: Test::Values(vec![key]),
                accuracy: Accuracy::Exact,
            }),
            _ => Predicate::Any,
        }
    }

    fn words(&self, path: &Expr, arguments: &[Expr], wanted: Wanted) -> Predicate {
        let terms = arguments
            .iter()
            .skip(1)
            .map(|term| self.known(term).and_then(Value::as_str).map(Box::from));
        match terms.collect::<Option<Vec<Box<str>>>>() {
            Some(terms) => self.term(path, Test::Words { terms, wanted }, Accuracy::Exact),
            None => Predicate::Any,
        }
    }

    /// `ST_DISTANCE(…) < limit`.
    fn near(&self, function: &'static str, arguments: &[Expr], limit: &Value<'_>) -> Predicate {
        match limit.as_number() {
            Some(limit) => self.shape(function, arguments, limit.as_f64()),
            None => Predicate::Nothing,
        }
    }

    fn shape(&self, function: &'static str, arguments: &[Expr], distance: f64) -> Predicate {
        let [first, second] = arguments else {
            return Predicate::Any;
        };
        let (path, geometry) = match (self.known(first), self.known(second)) {
            (None, Some(geometry)) => (first, geometry),
            (Some(geometry), None) if function != "ST_WITHIN" => (second, geometry),
            _ => return Predicate::Any,
        };
        self.term(
            path,
            Test::Shape {
                function,
                geometry: geometry.clone(),
                distance,
            },
            Accuracy::Superset,
        )
    }

    /// `EXISTS(SELECT … FROM x IN path WHERE …)`: some element fulfils the condition.
    fn exists(&self, plan: &QueryPlan) -> Predicate {
        let Some(filter) = &plan.filter else {
            return Predicate::Any;
        };
        let mut paths = self.paths.clone();
        paths.add(&plan.sources);
        let inner = Reader {
            paths,
            parameters: self.parameters,
        };
        match inner.read(filter) {
            // Only conditions that some document must fulfil may leave the subquery.
            Predicate::Nothing => Predicate::Nothing,
            other => other.loosened(),
        }
    }
}

/// Two ends of one range as one condition.
fn joined(low: Predicate, high: Predicate) -> Predicate {
    match (low, high) {
        (
            Predicate::Term(Term {
                path,
                test: Test::Between(low, None),
                accuracy,
            }),
            Predicate::Term(Term {
                test: Test::Between(None, high),
                ..
            }),
        ) => {
            let ranks = |edge: &Option<Edge>| edge.as_ref().map(|edge| edge.key.rank());
            if ranks(&low) != ranks(&high) {
                return Predicate::Nothing;
            }
            Predicate::Term(Term {
                path,
                test: Test::Between(low, high),
                accuracy,
            })
        }
        (low, high) => Predicate::all([low, high]),
    }
}

/// The operator with its operands exchanged.
fn mirrored(operator: BinaryOperator) -> BinaryOperator {
    match operator {
        BinaryOperator::Less => BinaryOperator::Greater,
        BinaryOperator::LessOrEqual => BinaryOperator::GreaterOrEqual,
        BinaryOperator::Greater => BinaryOperator::Less,
        BinaryOperator::GreaterOrEqual => BinaryOperator::LessOrEqual,
        other => other,
    }
}
