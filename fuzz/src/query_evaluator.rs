//! Queries over documents, both from anywhere (the document behind a NUL): never a panic, never without bound, and every
//! row is JSON.

use cosmokit_query::value::Value;
use cosmokit_query::{Environment, Execution, Program, Schema, UserFunctions};

/// Steps of a run: enough to reach every operator, and little enough for thousands of runs.
const STEPS: u64 = 20_000;

struct NoFunctions;

impl UserFunctions for NoFunctions {
    fn call(&self, _: &str, arguments: &[Value<'_>]) -> Result<Value<'static>, Box<str>> {
        arguments.first().map(|first| first.clone().into_owned()).ok_or_else(|| "no arguments".into())
    }
}

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (query, document) = text.split_once('\0').unwrap_or((text, r#"{"id":"1","a":[1,"é",{"b":null}],"s":"text","n":-0.5}"#));
    let Ok(program) = Program::compile(query, &Schema::default()) else {
        return;
    };
    let arguments = program.arguments([("@p", Value::from(2_i64)), ("@q", Value::from("text")), ("@r", Value::Null)]);
    let environment = Environment { now_ticks: 17_092_100_967_890_123, seed: 7, steps: STEPS, functions: &NoFunctions };
    let Ok(mut execution) = Execution::new(&program, &arguments, environment) else {
        return;
    };
    let mut take = |row: &[u8]| {
        let row: Result<serde_json::Value, _> = serde_json::from_slice(row);
        // Depth is bounded higher here than in that parser.
        assert!(row.is_ok() || row.is_err_and(|error| error.to_string().contains("recursion limit")), "a row is not JSON");
    };
    // Bodies of items are JSON; what is none never gets here.
    let is_json = serde_json::from_str::<serde_json::Value>(document).is_ok();
    for body in [document, "{}", "[1]", "null"] {
        if (is_json || body != document) && execution.push(body.as_bytes(), &mut take).is_err() {
            return;
        }
    }
    let _ = execution.finish(&mut take);
}
