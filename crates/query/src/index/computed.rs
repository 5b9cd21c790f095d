//! The values of computed properties, for indexes on them.

use crate::ast::{Callee, Expression, ExpressionKind, Specification};
use crate::bind::Program;
use crate::expr::UserFunctions;
use crate::function::{Purity, find};
use crate::operator::{Environment, Execution};
use crate::schema::Schema;
use crate::syntax::parse;
use crate::value::Value;

/// Steps that the value of one document may take; one that takes more is undefined for the index and for the query.
const STEPS: u64 = 1_000_000;

/// A computed property, ready to be computed of documents.
#[derive(Debug)]
pub struct ComputedProperty {
    name: Box<str>,
    text: Box<str>,
    program: Program,
}

/// Computed properties know no functions of users.
struct NoFunctions;

impl UserFunctions for NoFunctions {
    fn call(&self, name: &str, _: &[Value<'_>]) -> Result<Value<'static>, Box<str>> {
        Err(format!("{name} cannot be called for an index").into())
    }
}

impl ComputedProperty {
    /// The property of a name; `None` when there is none, or when its value is not of the document alone.
    pub fn of(name: &str, schema: &Schema) -> Option<Self> {
        let (_, text) = schema.computed.iter().find(|(known, _)| **known == *name)?;
        let query = parse(text).ok()?;
        let Specification::Value(expression) = &query.select.specification else {
            return None;
        };
        if !is_pure(expression) {
            return None;
        }
        let quoted = serde_json::to_string(name).ok()?;
        let program = Program::compile(&format!("SELECT VALUE c[{quoted}] FROM c"), schema).ok()?;
        Some(Self {
            name: name.into(),
            text: text.clone(),
            program,
        })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value of a document as a JSON text: the stored one when it has one, else the computed one; `None` when it is
    /// undefined.
    pub fn value(&self, document: &[u8]) -> Option<Vec<u8>> {
        let environment = Environment {
            now_ticks: 0,
            seed: 0,
            steps: STEPS,
            functions: &NoFunctions,
        };
        let mut found = None;
        let mut execution = Execution::new(&self.program, &[], environment).ok()?;
        let mut take = |row: &[u8]| found = Some(row.to_vec());
        execution.push(document, &mut take).ok()?;
        found
    }
}

impl PartialEq for ComputedProperty {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.text == other.text
    }
}

impl Eq for ComputedProperty {}

/// Whether an expression gives the same for the same document, always.
fn is_pure(expression: &Expression) -> bool {
    let calls_pure = match &expression.kind {
        ExpressionKind::Call(call) => {
            call.callee != Callee::User
                && find(&call.name.text).is_some_and(|found| found.purity == Purity::Pure)
        }
        ExpressionKind::Subquery(..) => false,
        _ => true,
    };
    calls_pure && expression.children().into_iter().all(is_pure)
}
