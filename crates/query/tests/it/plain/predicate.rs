//! Expressions as a tree, and as text.

use proptest::prelude::*;

use super::tree::{Tree, name, scalar};

/// A step into a document.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Member(String),
    Element(usize),
}

#[derive(Clone, Debug)]
pub(super) enum Plain {
    Path(Vec<Step>),
    Literal(Tree),
    Not(Box<Plain>),
    And(Box<Plain>, Box<Plain>),
    Or(Box<Plain>, Box<Plain>),
    Compare(&'static str, Box<Plain>, Box<Plain>),
    In(Box<Plain>, Vec<Tree>),
    Between(Box<Plain>, Tree, Tree),
    IsDefined(Box<Plain>),
    StartsWith(Box<Plain>, String),
    ArrayLength(Box<Plain>),
    Coalesce(Box<Plain>, Box<Plain>),
}

impl Plain {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Path(steps) => path_text(steps),
            Self::Literal(tree) => literal(tree),
            Self::Not(operand) => format!("(NOT ({}))", operand.text()),
            Self::And(left, right) => format!("({} AND {})", left.text(), right.text()),
            Self::Or(left, right) => format!("({} OR {})", left.text(), right.text()),
            Self::Compare(operator, left, right) => {
                format!("({} {operator} {})", left.text(), right.text())
            }
            Self::In(operand, list) => {
                let list: Vec<String> = list.iter().map(literal).collect();
                format!("({} IN ({}))", operand.text(), list.join(", "))
            }
            Self::Between(operand, low, high) => {
                format!(
                    "({} BETWEEN {} AND {})",
                    operand.text(),
                    literal(low),
                    literal(high)
                )
            }
            Self::IsDefined(operand) => format!("IS_DEFINED({})", operand.text()),
            Self::StartsWith(operand, start) => {
                format!("STARTSWITH({}, {})", operand.text(), quoted(start))
            }
            Self::ArrayLength(operand) => format!("ARRAY_LENGTH({})", operand.text()),
            Self::Coalesce(left, right) => format!("({} ?? {})", left.text(), right.text()),
        }
    }
}

pub(super) fn path_text(steps: &[Step]) -> String {
    let step = |step: &Step| match step {
        Step::Member(name) => format!("[{}]", quoted(name)),
        Step::Element(index) => format!("[{index}]"),
    };
    std::iter::once("c".to_owned())
        .chain(steps.iter().map(step))
        .collect()
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string is JSON")
}

fn literal(tree: &Tree) -> String {
    match tree {
        Tree::Text(text) => quoted(text),
        Tree::Number(text) => text.clone(),
        Tree::Boolean(value) => value.to_string(),
        Tree::Null | Tree::Array(_) | Tree::Object(_) => "null".to_owned(),
    }
}

pub(super) fn path() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => name().prop_map(Step::Member),
        1 => (0_usize..4).prop_map(Step::Element),
    ];
    (name(), prop::collection::vec(step, 0..3))
        .prop_map(|(first, rest)| std::iter::once(Step::Member(first)).chain(rest).collect())
}

pub(super) fn expression() -> impl Strategy<Value = Plain> {
    let leaf = prop_oneof![
        4 => path().prop_map(Plain::Path),
        1 => scalar().prop_map(Plain::Literal),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let inner = inner.prop_map(Box::new).boxed();
        let pair = (inner.clone(), inner.clone());
        let operator = prop::sample::select(&["=", "!=", "<", "<=", ">", ">="]);
        prop_oneof![
            1 => inner.clone().prop_map(Plain::Not),
            1 => pair.clone().prop_map(|(left, right)| Plain::And(left, right)),
            1 => pair.clone().prop_map(|(left, right)| Plain::Or(left, right)),
            4 => (operator, pair.clone()).prop_map(|(operator, (left, right))| Plain::Compare(operator, left, right)),
            2 => (inner.clone(), prop::collection::vec(scalar(), 1..12)).prop_map(|(operand, list)| Plain::In(operand, list)),
            1 => (inner.clone(), scalar(), scalar()).prop_map(|(operand, low, high)| Plain::Between(operand, low, high)),
            1 => inner.clone().prop_map(Plain::IsDefined),
            1 => (inner.clone(), "[ab\"é]{0,2}").prop_map(|(operand, start)| Plain::StartsWith(operand, start)),
            1 => inner.prop_map(Plain::ArrayLength),
            1 => pair.prop_map(|(left, right)| Plain::Coalesce(left, right)),
        ]
    })
}
