//! `QuickJS` as the runtime: a context without proxies, typed arrays and weak references, a budget
//! that its interrupt handler counts down, a limit on memory and one on stack.
//!
//! The engine looks at the budget every 10,000 calls and turns of loops. Built-in functions that
//! loop over a user's value count what they look at before (`prelude.js`), because the engine does
//! not look inside of them.

use std::{cell::Cell, fmt, rc::Rc};

use rquickjs::{
    Context, Ctx, Error, Function, Object, Runtime, Value,
    context::{EvalOptions, intrinsic},
};

use super::{
    limits::{MEMORY_BYTES, STACK_BYTES, STEPS_PER_LOOK},
    open::RuntimeFacts,
    runtime::{ScriptError, ScriptRuntime, Thrown},
};

type Intrinsics = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::MapSet,
    intrinsic::Promise,
);

/// Most characters of what is told of a thrown value.
const MAX_TEXT_CHARS: usize = 4_096;

/// A `QuickJS` runtime with one context.
pub(super) struct QuickJs {
    context: Context,
    budget: Rc<Budget>,
}

impl fmt::Debug for QuickJs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuickJs")
            .field("steps", &self.budget.0.get())
            .finish_non_exhaustive()
    }
}

/// Steps that are left.
#[derive(Debug)]
struct Budget(Cell<u64>);

impl Budget {
    /// Takes steps; whether none is left.
    fn spend(&self, steps: u64) -> bool {
        let left = self.0.get().saturating_sub(steps);
        self.0.set(left);
        left == 0
    }
}

impl QuickJs {
    /// A runtime in which the prelude has run.
    ///
    /// # Errors
    /// When it does not fit into its memory.
    pub(super) fn new(facts: RuntimeFacts) -> Result<Self, ScriptError> {
        let budget = Rc::new(Budget(Cell::new(facts.steps)));
        let failed = |error: Error| thrown(format!("InternalError: {error}"));
        let runtime = Runtime::new().map_err(failed)?;
        runtime.set_memory_limit(MEMORY_BYTES);
        runtime.set_max_stack_size(STACK_BYTES);
        let counted = Rc::clone(&budget);
        runtime.set_interrupt_handler(Some(Box::new(move || counted.spend(STEPS_PER_LOOK))));
        let context = Context::custom::<Intrinsics>(&runtime).map_err(failed)?;
        let mut made = Self { context, budget };
        made.context
            .with(|context| introduce(&context, facts, &made.budget))
            .map_err(failed)?;
        made.load("prelude", include_str!("prelude.js"))?;
        Ok(made)
    }

    fn run<T>(&self, act: impl FnOnce(&Ctx<'_>) -> Result<T, Error>) -> Result<T, ScriptError> {
        self.context.with(|context| {
            let done = act(&context).map_err(|error| match error {
                Error::Exception => ScriptError::Thrown(describe(&context, &context.catch())),
                Error::Allocation => thrown("InternalError: out of memory".to_owned()),
                other => thrown(format!("InternalError: {other}")),
            });
            if self.budget.0.get() == 0 {
                // Whatever the script made of it.
                context.catch();
                return Err(ScriptError::OutOfSteps);
            }
            done
        })
    }
}

impl ScriptRuntime for QuickJs {
    fn load(&mut self, name: &str, text: &str) -> Result<(), ScriptError> {
        let mut options = EvalOptions::default();
        options.strict = false;
        options.filename = Some(name.to_owned());
        self.run(|context| {
            let _completion: Value<'_> = context.eval_with_options(text, options)?;
            Ok(())
        })
    }

    fn call(&mut self, function: &str, argument: &str) -> Result<Option<String>, ScriptError> {
        self.run(|context| {
            let function: Function<'_> = context.globals().get(function)?;
            let argument = context.json_parse(argument)?;
            let result: Value<'_> = function.call((argument,))?;
            while context.execute_pending_job() {}
            match context.json_stringify(result)? {
                Some(text) => text.to_string().map(Some),
                None => Ok(None),
            }
        })
    }

    fn remaining_steps(&self) -> u64 {
        self.budget.0.get()
    }
}

/// Hands the prelude what it needs; it takes it away again.
fn introduce(context: &Ctx<'_>, facts: RuntimeFacts, budget: &Rc<Budget>) -> Result<(), Error> {
    let counted = Rc::clone(budget);
    let charge = move |context: Ctx<'_>, steps: f64| -> Result<(), Error> {
        // Every number that is no count of steps is none.
        let steps = format!("{:.0}", steps.clamp(0.0, 9e15))
            .parse()
            .unwrap_or(0);
        if counted.spend(steps) {
            let message = rquickjs::Exception::from_message(context.clone(), "out of steps")?;
            return Err(context.throw(message.into_value()));
        }
        Ok(())
    };
    let globals = context.globals();
    globals.set("__charge", Function::new(context.clone(), charge)?)?;
    let given = Object::new(context.clone())?;
    given.set("now", facts.now_millis)?;
    given.set("seed", u32::try_from(facts.seed >> 32).unwrap_or(0))?;
    globals.set("__facts", given)
}

fn thrown(text: String) -> ScriptError {
    ScriptError::Thrown(Thrown {
        text,
        ..Thrown::default()
    })
}

/// What a thrown value says. Members may be functions of the user: they take steps like all else.
fn describe<'js>(context: &Ctx<'js>, value: &Value<'js>) -> Thrown {
    let Some(object) = value.as_object() else {
        let text = match value.as_string() {
            Some(text) => text.to_string().ok(),
            None => context
                .json_stringify(value.clone())
                .ok()
                .flatten()
                .and_then(|text| text.to_string().ok()),
        };
        // Where there is no memory for an exception, null is thrown.
        let text = text.filter(|text| text != "null");
        return Thrown {
            text: cut(&text.unwrap_or_else(|| "InternalError: out of memory".to_owned())),
            ..Thrown::default()
        };
    };
    let member = |name: &str| object.get::<_, String>(name).ok();
    let name = member("name").unwrap_or_else(|| "Error".to_owned());
    let message = member("message").unwrap_or_default();
    let number = object.get::<_, f64>("number").ok();
    context.catch();
    Thrown {
        is_syntax: false,
        text: cut(&format!("{name}: {message}")),
        stack: cut(&own_lines(&member("stack").unwrap_or_default())),
        number: number.and_then(|number| format!("{number:.0}").parse().ok()),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT_CHARS).collect()
}

/// The lines of a stack trace that are about the user's texts.
fn own_lines(stack: &str) -> String {
    const OURS: [&str; 5] = ["(prelude", "(context", "(native)", " prelude:", " context:"];
    let mut own = String::new();
    for line in stack.lines() {
        if !OURS.iter().any(|ours| line.contains(ours)) {
            own.push_str(line.trim_end());
            own.push('\n');
        }
    }
    own
}
