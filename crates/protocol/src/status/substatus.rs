//! The substatus number.

use std::fmt;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::table;

/// A substatus: refines an HTTP status. 0 says no more than the status does.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubStatusCode(u16);

impl SubStatusCode {
    /// A substatus from its number.
    pub const fn new(code: u16) -> Self {
        Self(code)
    }

    /// The number.
    pub const fn value(self) -> u16 {
        self.0
    }

    /// Reads the value of `x-ms-substatus`; `None` when it is no number up to 65535.
    pub fn from_header_value(text: &str) -> Option<Self> {
        text.trim_ascii().parse().ok().map(Self)
    }

    /// The name under a status. Without a status, or under one that has no row for this number,
    /// the name that all rows with this number agree on, if there is one.
    pub fn name(self, status: Option<StatusCode>) -> Option<&'static str> {
        if self.0 == 0 && status.is_none() {
            return None;
        }
        let exact = status.and_then(|status| table::exact(status.as_u16(), self.0));
        if let Some(row) = exact {
            return Some(row.name);
        }
        // Small numbers (0, 3) say nothing under another status.
        if self.0 < 1_000 && status.is_some() {
            return None;
        }
        let mut rows = table::table()
            .iter()
            .filter(|row| row.status.sub_status() == Some(self));
        let first = rows.next()?;
        rows.all(|row| row.name == first.name).then_some(first.name)
    }
}

impl From<u16> for SubStatusCode {
    fn from(code: u16) -> Self {
        Self(code)
    }
}

impl From<SubStatusCode> for u16 {
    fn from(code: SubStatusCode) -> Self {
        code.0
    }
}

impl fmt::Display for SubStatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name(None) {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for SubStatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SubStatusCode({self})")
    }
}
