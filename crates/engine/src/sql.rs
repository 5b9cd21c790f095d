//! What every run of Cosmos SQL in the engine needs from outside.

use cosmokit_query::{Environment, UserFunctions, value::Value};

use crate::account::Call;

/// Clock ticks of 100 ns in a millisecond.
const TICKS_PER_MILLI: i64 = 10_000;

/// The time of the call, a new seed, and a budget of steps.
pub(crate) fn environment(call: &Call<'_>, steps: u64) -> Environment<'static> {
    Environment {
        now_ticks: i64::try_from(call.now().millis())
            .unwrap_or(i64::MAX)
            .saturating_mul(TICKS_PER_MILLI),
        seed: call.state.entropy.next(),
        steps,
        functions: &NoFunctions,
    }
}

/// This version has no user-defined functions.
struct NoFunctions;

impl UserFunctions for NoFunctions {
    fn call(&self, name: &str, _: &[Value<'_>]) -> Result<Value<'static>, Box<str>> {
        Err(format!("udf.{name:.64} cannot be called: user-defined functions are not implemented by this version of cosmokit").into())
    }
}
