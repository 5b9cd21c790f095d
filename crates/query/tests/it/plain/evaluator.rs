//! The plain evaluator: the meaning of expressions, word by word.

use std::cmp::Ordering;

use super::predicate::{Plain, Step};
use super::tree::Tree;

/// The value of an expression; `None` is undefined.
pub(super) fn evaluate(expression: &Plain, document: &Tree) -> Option<Tree> {
    let value = |operand: &Plain| evaluate(operand, document);
    match expression {
        Plain::Path(steps) => walk(steps, document).cloned(),
        Plain::Literal(tree) => Some(tree.clone()),
        Plain::Not(operand) => truth(value(operand).as_ref()).map(|truth| Tree::Boolean(!truth)),
        Plain::And(left, right) => logical(value(left).as_ref(), value(right).as_ref(), false),
        Plain::Or(left, right) => logical(value(left).as_ref(), value(right).as_ref(), true),
        Plain::Compare(operator, left, right) => {
            compare(operator, &value(left)?, &value(right)?).map(Tree::Boolean)
        }
        Plain::In(operand, list) => {
            let operand = value(operand)?;
            Some(Tree::Boolean(
                list.iter().any(|element| equal(&operand, element)),
            ))
        }
        Plain::Between(operand, low, high) => {
            let operand = value(operand)?;
            let (above, below) = (compare(">=", &operand, low), compare("<=", &operand, high));
            logical(
                above.map(Tree::Boolean).as_ref(),
                below.map(Tree::Boolean).as_ref(),
                false,
            )
        }
        Plain::IsDefined(operand) => Some(Tree::Boolean(value(operand).is_some())),
        Plain::StartsWith(operand, start) => match value(operand)? {
            Tree::Text(text) => Some(Tree::Boolean(text.starts_with(start.as_str()))),
            _ => None,
        },
        Plain::ArrayLength(operand) => match value(operand)? {
            Tree::Array(elements) => Some(Tree::Number(elements.len().to_string())),
            _ => None,
        },
        Plain::Coalesce(left, right) => value(left).or_else(|| value(right)),
    }
}

pub(super) fn walk<'t>(steps: &[Step], document: &'t Tree) -> Option<&'t Tree> {
    steps.iter().try_fold(document, |tree, step| match step {
        Step::Member(name) => tree.member(name),
        Step::Element(index) => tree.element(*index),
    })
}

fn truth(value: Option<&Tree>) -> Option<bool> {
    match value {
        Some(Tree::Boolean(value)) => Some(*value),
        _ => None,
    }
}

/// AND is decided by false, OR by true; anything that is no boolean leaves it open.
fn logical(left: Option<&Tree>, right: Option<&Tree>, decides: bool) -> Option<Tree> {
    let (left, right) = (truth(left), truth(right));
    if left == Some(decides) || right == Some(decides) {
        return Some(Tree::Boolean(decides));
    }
    left.and(right).map(Tree::Boolean)
}

fn compare(operator: &str, left: &Tree, right: &Tree) -> Option<bool> {
    match operator {
        "=" => return Some(equal(left, right)),
        "!=" => return Some(!equal(left, right)),
        _ => {}
    }
    let order = match (left, right) {
        (Tree::Null, Tree::Null) => Ordering::Equal,
        (Tree::Boolean(left), Tree::Boolean(right)) => left.cmp(right),
        (Tree::Number(_), Tree::Number(_)) => left.number().cmp(&right.number()),
        (Tree::Text(left), Tree::Text(right)) => left.cmp(right),
        _ => return None,
    };
    Some(match operator {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}

pub(super) fn equal(left: &Tree, right: &Tree) -> bool {
    match (left, right) {
        (Tree::Number(_), Tree::Number(_)) => left.number() == right.number(),
        (Tree::Array(left), Tree::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| equal(left, right))
        }
        (Tree::Object(_), Tree::Object(_)) => {
            let (mine, others) = (left.members(), right.members());
            mine.len() == others.len()
                && mine.iter().all(|(name, value)| {
                    right.member(name).is_some_and(|other| equal(value, other))
                })
        }
        _ => left == right,
    }
}

/// The order of scalars of all types; `None` is before everything.
pub(super) fn order(left: Option<&Tree>, right: Option<&Tree>) -> Ordering {
    let rank = |tree: Option<&Tree>| match tree {
        None => 0,
        Some(Tree::Null) => 1,
        Some(Tree::Boolean(_)) => 2,
        Some(Tree::Number(_)) => 3,
        Some(Tree::Text(_)) => 4,
        Some(Tree::Array(_)) => 5,
        Some(Tree::Object(_)) => 6,
    };
    match (left, right) {
        (Some(Tree::Boolean(left)), Some(Tree::Boolean(right))) => left.cmp(right),
        (Some(Tree::Text(left)), Some(Tree::Text(right))) => left.cmp(right),
        (Some(left @ Tree::Number(_)), Some(right @ Tree::Number(_))) => {
            left.number().cmp(&right.number())
        }
        _ => rank(left).cmp(&rank(right)),
    }
}
