//! The user-defined functions of a container, as queries call them.
//!
//! The runtime is made with the first call and kept for the page; each function is read from the
//! catalog and compiled once. Undefined arguments arrive as undefined, and what a function does not
//! return, or what JSON has no form for, is undefined again.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use cosmokit_protocol::id::Rid;
use cosmokit_query::{UserFunctions, value::Value};

use super::{
    limits,
    open::{body_of, define, open},
    runtime::{ScriptError, ScriptRuntime},
};
use cosmokit_protocol::id::NamedResourceKind;

use crate::{account::Call, feature::Feature, refuse};

/// The functions of one container for one page of a query.
pub(crate) struct ContainerFunctions<'c> {
    call: &'c Call<'c>,
    container: Rid,
    opened: RefCell<Option<Opened>>,
    ran_out: Cell<bool>,
}

struct Opened {
    runtime: Box<dyn ScriptRuntime>,
    known: HashSet<Box<str>>,
}

impl<'c> ContainerFunctions<'c> {
    /// The functions of a container; nothing is read before one is called.
    pub(crate) fn new(call: &'c Call<'c>, container: Rid) -> Self {
        Self {
            call,
            container,
            opened: RefCell::default(),
            ran_out: Cell::new(false),
        }
    }

    fn evaluate(&self, name: &str, arguments: &[Value<'_>]) -> Result<Option<String>, Stop> {
        let mut opened = self.opened.borrow_mut();
        let opened = match &mut *opened {
            Some(opened) => opened,
            nothing => {
                let steps = limits::steps(self.call.options.effort);
                nothing.insert(Opened {
                    runtime: open(self.call, steps)?,
                    known: HashSet::new(),
                })
            }
        };
        if !opened.known.contains(name) {
            let kind = NamedResourceKind::UserDefinedFunction;
            let body = body_of(self.call, self.container, kind, name);
            let body = body.ok_or(Stop::Unknown)?;
            define(&mut *opened.runtime, (name, name), &body)?;
            opened.known.insert(name.into());
        }
        Ok(opened.runtime.call("__udf", &request(name, arguments))?)
    }
}

/// Why a call has no value.
enum Stop {
    Unknown,
    Script(ScriptError),
}

impl From<ScriptError> for Stop {
    fn from(error: ScriptError) -> Self {
        Self::Script(error)
    }
}

impl UserFunctions for ContainerFunctions<'_> {
    fn call(&self, name: &str, arguments: &[Value<'_>]) -> Result<Value<'static>, Box<str>> {
        let text = self.evaluate(name, arguments).map_err(|stop| match stop {
            Stop::Unknown => {
                format!("the user-defined function udf.{name:.64} does not exist in the container")
            }
            Stop::Script(ScriptError::Thrown(thrown)) => thrown.message(),
            Stop::Script(ScriptError::NoRuntime) => {
                let refusal = refuse::not_implemented(Feature::Scripts);
                refusal.message().to_owned()
            }
            Stop::Script(ScriptError::OutOfSteps) => {
                self.ran_out.set(true);
                "a user-defined function took too long".to_owned()
            }
        })?;
        let value = text.map(|text| Value::from_slice(text.as_bytes()));
        // What nests too deeply to be a value is none.
        Ok(value.and_then(Result::ok).unwrap_or(Value::Undefined))
    }

    fn ran_out(&self) -> bool {
        self.ran_out.get()
    }
}

/// `{"id": …, "args": […], "missing": [positions of undefined]}`.
fn request(name: &str, arguments: &[Value<'_>]) -> String {
    let mut text = br#"{"id":"#.to_vec();
    Value::from(name).write_json(&mut text);
    text.extend_from_slice(br#","args":["#);
    let mut missing = Vec::new();
    for (at, argument) in arguments.iter().enumerate() {
        if at > 0 {
            text.push(b',');
        }
        if argument.is_defined() {
            argument.write_json(&mut text);
        } else {
            missing.push(at);
            text.extend_from_slice(b"null");
        }
    }
    text.extend_from_slice(format!(r#"],"missing":{missing:?}}}"#).as_bytes());
    String::from_utf8_lossy(&text).into_owned()
}
