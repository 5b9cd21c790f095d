//! Evaluation of expressions.

use super::arithmetic::{arithmetic, bitwise, bitwise_not, concat, negate};
use super::compare::{between, compare};
use super::tree::{DOCUMENT, Expr, InList, LikeExpr, PatternSource, Slot, Step, VectorExpr};
use super::{LikePattern, Machine, Truth, equality};
use crate::ast::{BinaryOperator, UnaryOperator};
use crate::error::RunError;
use crate::function::{Function, Nullness, vector};
use crate::value::{Array, Object, Raw, Text, Value, write_string};

type Result<'a> = std::result::Result<Value<'a>, RunError>;

impl<'a> Machine<'a, '_> {
    /// The value of an expression.
    ///
    /// # Errors
    /// When the budget runs empty, a scalar subquery gives several rows, or a user function fails.
    pub(crate) fn eval(&mut self, expr: &'a Expr) -> Result<'a> {
        match expr {
            Expr::Constant(value) => Ok(borrowed(value)),
            Expr::Parameter(index) => Ok(self
                .parameters
                .get(*index)
                .map_or(Value::Undefined, borrowed)),
            Expr::Path { slot, steps } => Ok(self.path(*slot, steps)),
            other => {
                self.host.charge(1)?;
                self.compound(other)
            }
        }
    }

    fn compound(&mut self, expr: &'a Expr) -> Result<'a> {
        match expr {
            Expr::Constant(_) | Expr::Parameter(_) | Expr::Path { .. } => self.eval(expr),
            Expr::Computed { stored, computed } => match self.eval(stored)? {
                Value::Undefined => self.eval(computed),
                value => Ok(value),
            },
            Expr::Part(base, step) => Ok(part(&self.eval(base)?, step)),
            Expr::Index(base, parameter) => {
                let base = self.eval(base)?;
                Ok(self
                    .parameters
                    .get(*parameter)
                    .map_or(Value::Undefined, |index| indexed(&base, index)))
            }
            Expr::Array(elements) => {
                let elements = self.all(elements)?;
                Ok(Value::Array(Array::from_elements(elements)))
            }
            Expr::Object(members) => self.object(members),
            Expr::Unary(operator, operand) => {
                let operand = self.eval(operand)?;
                Ok(unary(*operator, &operand))
            }
            Expr::Binary(operator, operands) => self.binary(*operator, &operands.0, &operands.1),
            Expr::And(operands) => self.logical(operands, Truth::False, Truth::and),
            Expr::Or(operands) => self.logical(operands, Truth::True, Truth::or),
            Expr::Conditional(parts) => {
                let (test, then, otherwise) = &**parts;
                let branch = if self.eval(test)?.is_true() {
                    then
                } else {
                    otherwise
                };
                self.eval(branch)
            }
            Expr::Between(negation, parts) => {
                let (value, low, high) = &**parts;
                let (value, low, high) = (self.eval(value)?, self.eval(low)?, self.eval(high)?);
                Ok(between(&value, &low, &high).negated(*negation).into())
            }
            Expr::In(membership) => self.membership(membership),
            Expr::Like(like) => self.like(like),
            Expr::Call(function, arguments) => self.call(function, arguments),
            Expr::Vector(vector) => self.vector(vector),
            Expr::User(name, arguments) => {
                let arguments = self.all(arguments)?;
                self.host.charge(100)?;
                let functions = self.host.functions;
                functions.call(name, &arguments).map_err(|message| {
                    if functions.ran_out() {
                        RunError::Budget
                    } else {
                        RunError::UserFunction(message)
                    }
                })
            }
            Expr::Subquery(form, plan) => self.subquery_value(*form, plan),
            Expr::Let(slot, parts) => {
                let value = self.eval(&parts.0)?;
                self.set(*slot, value);
                self.eval(&parts.1)
            }
        }
    }

    fn all(&mut self, exprs: &'a [Expr]) -> std::result::Result<Vec<Value<'a>>, RunError> {
        exprs.iter().map(|expr| self.eval(expr)).collect()
    }

    pub(crate) fn object(&mut self, members: &'a [(Text<'static>, Expr)]) -> Result<'a> {
        let mut values = Vec::with_capacity(members.len());
        for (name, expr) in members {
            let value = self.eval(expr)?;
            if value.is_defined() {
                values.push((Text::Borrowed(name), value));
            }
        }
        Ok(Value::Object(Object::Built(values.into())))
    }

    /// The text of [`object`](Self::object).
    pub(crate) fn write_columns(
        &mut self,
        members: &'a [(Text<'static>, Expr)],
        out: &mut Vec<u8>,
    ) -> std::result::Result<(), RunError> {
        out.push(b'{');
        let start = out.len();
        for (name, expr) in members {
            let value = self.eval(expr)?;
            if value.is_defined() {
                if out.len() > start {
                    out.push(b',');
                }
                write_string(name, out);
                out.push(b':');
                value.write_json(out);
            }
        }
        out.push(b'}');
        Ok(())
    }

    /// What a slot holds below a path, without a copy of what lies between.
    fn path(&mut self, slot: Slot, steps: &[Step]) -> Value<'a> {
        if slot == DOCUMENT
            && let [Step::Member(name), below @ ..] = steps
        {
            let member = self.document.get(name);
            return member.map_or(Value::Undefined, |raw| within(raw, below));
        }
        match self.frame.get(slot) {
            None => Value::Undefined,
            Some(Value::Object(Object::Raw(raw)) | Value::Array(Array::Raw(raw))) => {
                within(*raw, steps)
            }
            Some(value) => steps
                .iter()
                .fold(value.clone(), |value, step| part(&value, step)),
        }
    }

    fn binary(&mut self, operator: BinaryOperator, left: &'a Expr, right: &'a Expr) -> Result<'a> {
        let left = self.eval(left)?;
        if operator == BinaryOperator::Coalesce {
            return if left.is_defined() {
                Ok(left)
            } else {
                self.eval(right)
            };
        }
        let right = self.eval(right)?;
        Ok(match operator {
            BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo => arithmetic(operator, &left, &right),
            BinaryOperator::Concat => return self.bounded(concat(&left, &right)),
            BinaryOperator::BitwiseAnd
            | BinaryOperator::BitwiseOr
            | BinaryOperator::BitwiseXor
            | BinaryOperator::ShiftLeft
            | BinaryOperator::ShiftRight
            | BinaryOperator::ShiftRightUnsigned => bitwise(operator, &left, &right),
            _ => compare(operator, &left, &right).into(),
        })
    }

    fn logical(
        &mut self,
        operands: &'a [Expr],
        decides: Truth,
        join: fn(Truth, Truth) -> Truth,
    ) -> Result<'a> {
        let mut result = decides.not();
        for operand in operands {
            let value = self.eval(operand)?;
            result = join(result, Truth::from(&value));
            if result == decides {
                break;
            }
        }
        Ok(result.into())
    }

    fn membership(&mut self, membership: &'a InList) -> Result<'a> {
        let value = self.eval(&membership.value)?;
        if !value.is_defined() {
            return Ok(Value::Undefined);
        }
        let mut found = membership.constants.contains(&value);
        for expr in &membership.list {
            if found {
                break;
            }
            found = equality(&value, &self.eval(expr)?) == Truth::True;
        }
        Ok(Truth::from(found).negated(membership.negation).into())
    }

    fn like(&mut self, like: &'a LikeExpr) -> Result<'a> {
        let value = self.eval(&like.value)?;
        let pattern = match &like.pattern {
            PatternSource::Fixed(pattern) => Some(std::borrow::Cow::Borrowed(pattern)),
            PatternSource::Dynamic(pattern, escape) => {
                let pattern = self.eval(pattern)?;
                let escape = match escape {
                    Some(escape) => self
                        .eval(escape)?
                        .as_str()
                        .and_then(|text| text.chars().next()),
                    None => None,
                };
                pattern
                    .as_str()
                    .map(|pattern| std::borrow::Cow::Owned(LikePattern::new(pattern, escape)))
            }
        };
        let truth = match (value.as_str(), pattern) {
            (Some(text), Some(pattern)) => {
                self.host
                    .charge_size(text.len().saturating_mul(pattern.work()))?;
                Truth::from(pattern.matches(text))
            }
            _ => Truth::Undefined,
        };
        Ok(truth.negated(like.negation).into())
    }

    /// Calls a built-in function; the few arguments that most calls have stay on the stack.
    fn call(&mut self, function: &'static Function, arguments: &'a [Expr]) -> Result<'a> {
        match arguments {
            [first] => {
                let arguments = [self.eval(first)?];
                self.apply(function, &arguments)
            }
            [first, second] => {
                let arguments = [self.eval(first)?, self.eval(second)?];
                self.apply(function, &arguments)
            }
            [first, second, third] => {
                let arguments = [self.eval(first)?, self.eval(second)?, self.eval(third)?];
                self.apply(function, &arguments)
            }
            _ => {
                let arguments = self.all(arguments)?;
                self.apply(function, &arguments)
            }
        }
    }

    fn apply(&self, function: &'static Function, arguments: &[Value<'a>]) -> Result<'a> {
        if function.nullness == Nullness::Strict && !arguments.iter().all(Value::is_defined) {
            return Ok(Value::Undefined);
        }
        for argument in arguments {
            self.host.charge_size(weight(argument))?;
        }
        self.bounded((function.evaluate)(arguments, self.host))
    }

    fn vector(&mut self, expr: &'a VectorExpr) -> Result<'a> {
        let (left, right) = (self.eval(&expr.left)?, self.eval(&expr.right)?);
        let options = match &expr.options {
            Some(options) => self.eval(options)?,
            None => Value::Undefined,
        };
        self.host.charge_size(weight(&left) + weight(&right))?;
        let metric = vector::metric_of(&options).unwrap_or(expr.metric);
        Ok(vector::distance(&left, &right, metric).map_or(Value::Undefined, Value::from))
    }

    /// Charges for a value that was made, and refuses one that is too large.
    fn bounded(&self, value: Value<'a>) -> Result<'a> {
        let size = weight(&value);
        if size > MAX_VALUE_BYTES {
            return Err(RunError::TooLarge(MAX_VALUE_BYTES));
        }
        self.host.charge_size(size)?;
        Ok(value)
    }
}

/// How many bytes a string, or elements an array, may have that a query makes.
pub(crate) const MAX_VALUE_BYTES: usize = 4 << 20;

/// A rough size: bytes of strings and of parts of documents, elements of what was made.
fn weight(value: &Value<'_>) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(Array::Raw(raw)) | Value::Object(Object::Raw(raw)) => raw.bytes().len(),
        Value::Array(Array::Built(elements)) => elements.len() * 16,
        Value::Object(Object::Built(members)) => members.len() * 16,
        _ => 0,
    }
}

/// A constant without a count of its references.
fn borrowed<'a>(value: &'a Value<'static>) -> Value<'a> {
    match value {
        Value::String(text) => Value::String(Text::Borrowed(text)),
        other => other.clone(),
    }
}

/// What lies below a part of a document.
fn within<'a>(raw: Raw<'a>, steps: &[Step]) -> Value<'a> {
    let found = steps.iter().try_fold(raw, |raw, step| match step {
        Step::Member(name) => raw.member(name),
        Step::Element(index) => raw.element(*index),
    });
    found.map_or(Value::Undefined, Raw::value)
}

fn part<'a>(value: &Value<'a>, step: &Step) -> Value<'a> {
    match step {
        Step::Member(name) => value.member(name),
        Step::Element(index) => value.element(*index),
    }
}

fn indexed<'a>(value: &Value<'a>, index: &Value<'_>) -> Value<'a> {
    match index {
        Value::String(name) => value.member(name),
        Value::Number(number) => {
            let position = number
                .as_i64()
                .and_then(|position| usize::try_from(position).ok());
            position.map_or(Value::Undefined, |position| value.element(position))
        }
        _ => Value::Undefined,
    }
}

fn unary<'a>(operator: UnaryOperator, operand: &Value<'a>) -> Value<'a> {
    match operator {
        UnaryOperator::Not => Truth::from(operand).not().into(),
        UnaryOperator::Minus => negate(operand),
        UnaryOperator::BitwiseNot => bitwise_not(operand),
        UnaryOperator::Plus => operand.as_number().map_or(Value::Undefined, Value::Number),
    }
}
