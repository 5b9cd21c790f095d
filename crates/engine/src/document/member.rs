//! Members of an object: their place in the text, and which of them repeat a name.

use std::borrow::Cow;

use super::text::{Span, decode};

/// One `"name": value` in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    /// The name with its quotes.
    pub(super) name: Span,
    /// Whether the name holds escapes.
    pub(super) escaped: bool,
    /// The value, without blanks around it.
    pub(super) value: Span,
}

impl Member {
    /// From the name's opening quote to the end of the value.
    pub(super) fn span(&self) -> Span {
        Span {
            start: self.name.start,
            end: self.value.end,
        }
    }

    /// The name, decoded; names with half a surrogate pair stand for themselves, undecoded.
    pub(super) fn decoded_name<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let literal = self.name.of(text);
        if !self.escaped {
            let inner = literal
                .strip_prefix(b"\"")
                .and_then(|rest| rest.strip_suffix(b"\""));
            return Cow::Borrowed(inner.unwrap_or(literal));
        }
        match decode(literal) {
            Some(Cow::Borrowed(name)) => Cow::Borrowed(name.as_bytes()),
            Some(Cow::Owned(name)) => Cow::Owned(name.into_bytes()),
            None => Cow::Borrowed(literal),
        }
    }
}

/// Above this many members, duplicates are found by sorting.
const FEW: usize = 16;

/// Indices of members whose name occurs again later, ascending; the last of a name wins.
pub(super) fn overridden(text: &[u8], members: &[Member]) -> Vec<usize> {
    if members.len() <= FEW && members.iter().all(|member| !member.escaped) {
        return overridden_few(text, members);
    }
    let mut names: Vec<(Cow<'_, [u8]>, usize)> = members
        .iter()
        .enumerate()
        .map(|(index, member)| (member.decoded_name(text), index))
        .collect();
    names.sort_unstable();
    let mut found: Vec<usize> = names
        .iter()
        .zip(names.iter().skip(1))
        .filter(|(earlier, later)| earlier.0 == later.0)
        .map(|(earlier, _)| earlier.1)
        .collect();
    found.sort_unstable();
    found
}

fn overridden_few(text: &[u8], members: &[Member]) -> Vec<usize> {
    let mut found = Vec::new();
    for (index, member) in members.iter().enumerate() {
        let name = member.name.of(text);
        if members
            .iter()
            .skip(index + 1)
            .any(|later| later.name.of(text) == name)
        {
            found.push(index);
        }
    }
    found
}
