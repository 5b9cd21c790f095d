//! A text that no output shows.

use std::borrow::Cow;
use std::fmt;

/// A secret text, such as an account key. `Debug` prints a placeholder and there is no
/// `Display`. Equality takes the same time wherever the first difference stands.
#[derive(Clone)]
pub struct Secret(Cow<'static, str>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Cow::Owned(text.into()))
    }

    /// Wraps a text that is known when the program is compiled, such as
    /// [`EMULATOR_KEY`](super::EMULATOR_KEY).
    pub const fn from_static(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// The text.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (own, theirs) = (self.0.as_bytes(), other.0.as_bytes());
        let differences = own
            .iter()
            .zip(theirs)
            .fold(0, |seen, (a, b)| seen | (a ^ b));
        own.len() == theirs.len() && differences == 0
    }
}

impl Eq for Secret {}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<&String> for Secret {
    fn from(text: &String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
