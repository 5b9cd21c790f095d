//! What runs scripts, and how a script fails.

/// A JavaScript engine with one global object, in which time and memory are bounded.
pub(crate) trait ScriptRuntime: std::fmt::Debug {
    /// Runs a text; `name` stands in stack traces.
    ///
    /// # Errors
    /// [`ScriptError`].
    fn load(&mut self, name: &str, text: &str) -> Result<(), ScriptError>;

    /// Calls a global function with one argument, JSON text. Gives JSON text, or nothing when the
    /// function returned nothing that JSON has. Promises that are settled have had their turn.
    ///
    /// # Errors
    /// [`ScriptError`].
    fn call(&mut self, function: &str, argument: &str) -> Result<Option<String>, ScriptError>;

    /// Steps that are left.
    fn remaining_steps(&self) -> u64;
}

/// Why a script did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScriptError {
    /// It threw.
    Thrown(Thrown),
    /// It took all the steps that it may take.
    OutOfSteps,
    /// This build has no engine.
    #[cfg_attr(feature = "script", expect(dead_code, reason = "there is one"))]
    NoRuntime,
}

/// What a script threw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Thrown {
    /// Whether the text is none that can run.
    pub(crate) is_syntax: bool,
    /// `Error: what went wrong`.
    pub(crate) text: String,
    /// Where, one line for each function.
    pub(crate) stack: String,
    /// The number of `new Error(number, text)`.
    pub(crate) number: Option<u16>,
}

impl Thrown {
    /// The service's words.
    pub(crate) fn message(&self) -> String {
        let doing = if self.is_syntax {
            "compiling"
        } else {
            "executing"
        };
        let Self { text, stack, .. } = self;
        let text = format!(
            "Encountered exception while {doing} Javascript. Exception = {text}\r\nStack trace: {text}\n{stack}"
        );
        serde_json::json!({ "Errors": [text.trim_end()] }).to_string()
    }
}
