//! The environment layer: variables read once, when a runtime is built. What is malformed or out of
//! bounds is logged and ignored, so that a stray variable never stops a program.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Where environment variables come from.
#[derive(Clone, Default)]
pub struct Environment(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    Process,
    Fixed(Arc<HashMap<String, String>>),
}

impl Environment {
    /// The variables of this process.
    pub fn process() -> Self {
        Self(Source::Process)
    }

    /// No variables: nothing outside the program decides anything.
    pub fn empty() -> Self {
        Self::fixed(std::iter::empty::<(String, String)>())
    }

    /// Exactly these variables.
    pub fn fixed<K: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        Self(Source::Fixed(Arc::new(variables.collect())))
    }

    pub(crate) fn get(&self, name: &str) -> Option<String> {
        match &self.0 {
            Source::Process => std::env::var(name).ok(),
            Source::Fixed(variables) => variables.get(name).cloned(),
        }
    }

    /// The variable `name` read as `T` and found within bounds; `None`, with a warning, when it is not.
    pub(crate) fn read<T: FromVariable>(
        &self,
        name: &str,
        accepts: impl Fn(&T) -> bool,
    ) -> Option<T> {
        let text = self.get(name)?;
        let value = T::from_variable(text.trim()).filter(accepts);
        if value.is_none() {
            tracing::warn!(
                variable = name,
                value = text,
                "the environment variable is malformed; ignored"
            );
        }
        value
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::Process => "Environment(process)",
            Source::Fixed(_) => "Environment(fixed)",
        })
    }
}

/// A type that a variable can hold.
pub(crate) trait FromVariable: Sized {
    fn from_variable(text: &str) -> Option<Self>;
}

/// Durations are written in whole milliseconds.
impl FromVariable for Duration {
    fn from_variable(text: &str) -> Option<Self> {
        text.parse().ok().map(Self::from_millis)
    }
}

impl FromVariable for bool {
    fn from_variable(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }
}

/// Types whose variable is their `FromStr` form.
macro_rules! variables_by_from_str {
    ($($type:ty),+ $(,)?) => {$(
        impl FromVariable for $type {
            fn from_variable(text: &str) -> Option<Self> {
                Self::from_str(text).ok()
            }
        }
    )+};
}

variables_by_from_str!(
    u32,
    usize,
    String,
    std::net::IpAddr,
    super::ContentResponseOnWrite,
    super::PriorityLevel,
    super::WriteRetryPolicy,
    cosmokit_protocol::wire::consistency::ReadConsistencyStrategy,
);
