//! Expressions.

use super::context::{Binder, Phase};
use super::origin::{Origin, literal_step};
use super::query::Place;
use super::{MAX_CONDITIONS, MAX_IN_LIST};
use crate::ast::{
    Expression, ExpressionKind, Like, Literal, LogicalOperator, Membership, Property, QueryForm,
};
use crate::expr::{DOCUMENT, Expr, InList, LikeExpr, LikePattern, PatternSource, Step};
use crate::syntax::{Code, Span};
use crate::value::{OrderKey, Text, Value};
use cosmokit_protocol::value::TypeRank;

impl Binder<'_> {
    /// Binds an expression; complains and gives undefined where it cannot.
    pub(super) fn expression(&mut self, expression: &Expression) -> Expr {
        if let Some(slot) = self.repeated_key(expression) {
            return Expr::slot(slot);
        }
        let bound = self.unfolded(expression);
        self.fold(bound)
    }

    fn unfolded(&mut self, expression: &Expression) -> Expr {
        let span = expression.span;
        match &expression.kind {
            ExpressionKind::Literal(literal) => Expr::Constant(constant(literal)),
            ExpressionKind::Parameter(name) => Expr::Parameter(self.parameter(name)),
            ExpressionKind::Identifier(name) => self.identifier(name, expression, span),
            ExpressionKind::Member { base, name, .. } => {
                self.part(base, Step::Member(name.clone()), expression)
            }
            ExpressionKind::Index { base, index } => self.index(base, index, expression),
            ExpressionKind::Array(elements) => Expr::Array(self.expressions(elements)),
            ExpressionKind::Object(members) => self.object(members),
            ExpressionKind::Unary { operator, operand } => {
                Expr::Unary(*operator, Box::new(self.expression(operand)))
            }
            ExpressionKind::Binary {
                operator,
                left,
                right,
            } => Expr::Binary(
                *operator,
                Box::new((self.expression(left), self.expression(right))),
            ),
            ExpressionKind::Logical { operator, operands } => {
                self.logical(*operator, operands, span)
            }
            ExpressionKind::Conditional(parts) => {
                let test = self.expression(&parts.test);
                Expr::Conditional(Box::new((
                    test,
                    self.expression(&parts.then),
                    self.expression(&parts.otherwise),
                )))
            }
            ExpressionKind::Between(parts) => {
                let value = self.expression(&parts.value);
                let bounds = (
                    value,
                    self.expression(&parts.low),
                    self.expression(&parts.high),
                );
                Expr::Between(parts.negation, Box::new(bounds))
            }
            ExpressionKind::In(parts) => self.membership(parts, span),
            ExpressionKind::Like(parts) => self.like(parts),
            ExpressionKind::Subquery(form, query) => {
                let (plan, _) = self.query(query, Place::Expression(*form));
                Expr::Subquery(*form, Box::new(plan))
            }
            ExpressionKind::Call(call) => self.call(call, span),
            ExpressionKind::Let(binding) => {
                let value = self.expression(&binding.value);
                let slot = self.new_slot();
                let origin = self.origin(&binding.value);
                self.declare(Some(&binding.name), slot, origin);
                let body = self.expression(&binding.body);
                if let Some(context) = self.contexts.last_mut() {
                    context.aliases.retain(|alias| alias.slot != slot);
                }
                Expr::Let(slot, Box::new((value, body)))
            }
            ExpressionKind::Verbatim(text) => {
                self.complain(
                    Code::Syntax,
                    span,
                    format!("Syntax error, incorrect syntax near '{text}'."),
                );
                Expr::UNDEFINED
            }
        }
    }

    pub(super) fn expressions(&mut self, expressions: &[Expression]) -> Box<[Expr]> {
        expressions
            .iter()
            .map(|expression| self.expression(expression))
            .collect()
    }

    fn identifier(&mut self, name: &str, whole: &Expression, span: Span) -> Expr {
        match self.resolve(name).map(|(alias, phase)| (alias.slot, phase)) {
            Some((slot, Phase::Rows)) => Expr::slot(slot),
            Some((_, Phase::Groups)) => {
                self.not_grouped(whole);
                Expr::UNDEFINED
            }
            None => {
                self.unresolved(name, span);
                Expr::UNDEFINED
            }
        }
    }

    fn not_grouped(&mut self, path: &Expression) {
        let message = format!(
            "Property reference '{path}' is invalid in the select list because it is not contained in either an aggregate \
             function or the GROUP BY clause."
        );
        self.complain(Code::NotGrouped, path.span, message);
    }

    /// Binds `base.step`; a path of the document may be a computed property.
    fn part(&mut self, base: &Expression, step: Step, whole: &Expression) -> Expr {
        if let Some(name) = path_root(base)
            && self.repeated_key(base).is_none()
            && self
                .resolve(name)
                .is_some_and(|(_, phase)| phase == Phase::Groups)
            && !self.holds_key(base)
        {
            self.not_grouped(whole);
            return Expr::UNDEFINED;
        }
        let computed = match &step {
            Step::Member(name) => self.computed(base, name),
            Step::Element(_) => None,
        };
        let stored = self.expression(base).step(step);
        match computed {
            Some(computed) => Expr::Computed {
                stored: Box::new(stored),
                computed: Box::new(computed),
            },
            None => stored,
        }
    }

    /// Whether some base of a path repeats a key of the group.
    fn holds_key(&self, path: &Expression) -> bool {
        self.repeated_key(path).is_some()
            || path_base(path).is_some_and(|base| self.holds_key(base))
    }

    /// The expression of a computed property, when this is one of the document's members and bears its name.
    fn computed(&mut self, base: &Expression, name: &str) -> Option<Expr> {
        if self.inside_computed || self.origin(base) != Origin::Document(Vec::new()) {
            return None;
        }
        let (_, text) = self
            .schema
            .computed
            .iter()
            .find(|(known, _)| **known == *name)?;
        let query = crate::syntax::parse(text).ok()?;
        let crate::ast::Specification::Value(expression) = &query.select.specification else {
            return None;
        };
        let alias = match query.from.as_ref()?.sources.first()? {
            crate::ast::Source {
                kind: crate::ast::SourceKind::Whole(alias),
                collection: crate::ast::Collection::Path { root, steps },
                ..
            } if steps.is_empty() => alias.clone().unwrap_or_else(|| root.clone()),
            _ => return None,
        };
        let (contexts, errors) = (
            std::mem::take(&mut self.contexts),
            std::mem::take(&mut self.errors),
        );
        self.inside_computed = true;
        self.enter();
        self.declare(Some(&alias), DOCUMENT, Origin::Document(Vec::new()));
        let bound = self.expression(expression);
        let sound = self.errors.is_empty();
        self.inside_computed = false;
        (self.contexts, self.errors) = (contexts, errors);
        sound.then_some(bound)
    }

    fn index(&mut self, base: &Expression, index: &Expression, whole: &Expression) -> Expr {
        if let Some(step) = literal_step(index) {
            return self.part(base, step, whole);
        }
        let bound = self.expression(base);
        if let ExpressionKind::Parameter(name) = &index.kind {
            return Expr::Index(Box::new(bound), self.parameter(name));
        }
        let message =
            "The specified query includes 'member indexer' which is currently not supported.";
        self.complain(Code::Unsupported, whole.span, message);
        Expr::UNDEFINED
    }

    fn object(&mut self, members: &[Property]) -> Expr {
        let mut bound: Vec<(Text<'static>, Expr)> = Vec::with_capacity(members.len());
        for member in members {
            let value = self.expression(&member.value);
            bound.retain(|(name, _)| **name != *member.name);
            bound.push((Text::from(member.name.to_string()), value));
        }
        Expr::Object(bound.into())
    }

    fn logical(&mut self, operator: LogicalOperator, operands: &[Expression], span: Span) -> Expr {
        if operands.len() > MAX_CONDITIONS {
            let message = format!(
                "The SQL query exceeded the maximum of {MAX_CONDITIONS} joined conditions."
            );
            self.complain_plainly(span, message);
        }
        let operands = self.expressions(operands);
        match operator {
            LogicalOperator::And => Expr::And(operands),
            LogicalOperator::Or => Expr::Or(operands),
        }
    }

    fn membership(&mut self, parts: &Membership, span: Span) -> Expr {
        if parts.list.len() > MAX_IN_LIST {
            self.complain_plainly(
                span,
                format!(
                    "The SQL query exceeded the maximum of {MAX_IN_LIST} values in an IN list."
                ),
            );
        }
        let value = self.expression(&parts.value);
        let mut constants = Vec::new();
        let mut list = Vec::new();
        for element in &parts.list {
            match self.expression(element) {
                Expr::Constant(Value::Undefined) => {}
                Expr::Constant(constant) if constant.rank() < TypeRank::Array => {
                    constants.push(OrderKey::from(&constant));
                }
                other => list.push(other),
            }
        }
        Expr::In(Box::new(InList {
            negation: parts.negation,
            value,
            list: list.into(),
            constants: constants.into_iter().collect(),
        }))
    }

    fn like(&mut self, parts: &Like) -> Expr {
        let value = self.expression(&parts.value);
        let pattern = self.expression(&parts.pattern);
        let escape = parts
            .escape
            .as_ref()
            .map(|escape| (self.expression(escape), escape.span));
        let escape_text = escape
            .as_ref()
            .and_then(|(escape, _)| escape.constant())
            .and_then(Value::as_str);
        if let (Some(text), Some((_, span))) = (escape_text, &escape)
            && (text.chars().count() != 1 || text == "\\")
        {
            let (text, span) = (text.to_owned(), *span);
            self.complain_plainly(
                span,
                format!(
                    "The ESCAPE character '{text}' must be exactly one character other than \\."
                ),
            );
        }
        let escape = escape.map(|(escape, _)| escape);
        let pattern = match (pattern.constant().and_then(Value::as_str), &escape) {
            (Some(text), None) => PatternSource::Fixed(LikePattern::new(text, None)),
            (Some(text), Some(Expr::Constant(Value::String(escape)))) => {
                PatternSource::Fixed(LikePattern::new(text, escape.chars().next()))
            }
            _ => PatternSource::Dynamic(pattern, escape),
        };
        Expr::Like(Box::new(LikeExpr {
            negation: parts.negation,
            value,
            pattern,
        }))
    }
}

/// The name at the root of a path; `None` for anything else.
fn path_root(expression: &Expression) -> Option<&str> {
    match &expression.kind {
        ExpressionKind::Identifier(name) => Some(name),
        _ => path_base(expression).and_then(path_root),
    }
}

/// What a path steps out of.
fn path_base(expression: &Expression) -> Option<&Expression> {
    match &expression.kind {
        ExpressionKind::Member { base, .. } | ExpressionKind::Index { base, .. } => Some(base),
        _ => None,
    }
}

/// The value of a literal.
fn constant(literal: &Literal) -> Value<'static> {
    match literal {
        Literal::Undefined => Value::Undefined,
        Literal::Null => Value::Null,
        Literal::Boolean(value) => Value::Boolean(*value),
        Literal::Number(number) => Value::Number(*number),
        Literal::String(text) => Value::from(text.to_string()),
    }
}

/// Whether a subquery of this form may order its rows.
pub(super) fn may_order(place: Place) -> bool {
    matches!(
        place,
        Place::Top | Place::Expression(QueryForm::First | QueryForm::Last)
    )
}
