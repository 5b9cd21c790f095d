//! What every run of Cosmos SQL in the engine needs from outside.

use cosmokit_query::{Environment, UserFunctions, value::Value};

use crate::account::Call;

/// Clock ticks of 100 ns in a millisecond.
const TICKS_PER_MILLI: i64 = 10_000;

/// The time of the call, a new seed, and a budget of steps; no user-defined functions.
pub(crate) fn environment(call: &Call<'_>, steps: u64) -> Environment<'static> {
    environment_with(call, steps, &NoFunctions)
}

/// The same with the functions of a container.
pub(crate) fn environment_with<'e>(
    call: &Call<'_>,
    steps: u64,
    functions: &'e dyn UserFunctions,
) -> Environment<'e> {
    Environment {
        now_ticks: i64::try_from(call.now().millis())
            .unwrap_or(i64::MAX)
            .saturating_mul(TICKS_PER_MILLI),
        seed: call.state.entropy.next(),
        steps,
        functions,
    }
}

/// Outside of queries over the items of a container there are no user-defined functions.
struct NoFunctions;

impl UserFunctions for NoFunctions {
    fn call(&self, name: &str, _: &[Value<'_>]) -> Result<Value<'static>, Box<str>> {
        Err(format!("udf.{name:.64} cannot be called here: only queries over items have user-defined functions").into())
    }
}
