//! JSON as a tree, and the many ways to write one down.

use std::fmt::Write;

use cosmokit_protocol::value::Number;
use cosmokit_query::value::{Array, Object, Text, Value};
use proptest::prelude::*;

/// A JSON value. Objects may have a name twice: the first counts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Null,
    Boolean(bool),
    /// As it is written.
    Number(String),
    Text(String),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// Numbers that are easily mixed up.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-0.0",
    "1",
    "1.0",
    "1e0",
    "10E-1",
    "100",
    "1e2",
    "0.1",
    "2.50",
    "-7",
    "12345678901234567890",
    "9007199254740993",
    "9007199254740992.0",
    "9223372036854775807",
    "-9223372036854775808",
    "1e300",
    "5e-324",
];

/// Names of members: few, so that they meet; some are prefixes of others, or need escapes.
const NAMES: &[&str] = &[
    "a",
    "b",
    "ab",
    "n",
    "a\"",
    "\\",
    "é",
    "a name of many bytes",
    "😀",
];

impl Tree {
    pub(super) fn number(&self) -> Option<Number> {
        match self {
            Self::Number(text) => Some(Number::parse(text).expect("it is in the list")),
            _ => None,
        }
    }

    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn element(&self, index: usize) -> Option<&Self> {
        match self {
            Self::Array(elements) => elements.get(index),
            _ => None,
        }
    }

    /// The members that count.
    pub(super) fn members(&self) -> Vec<(&str, &Self)> {
        let mut found: Vec<(&str, &Self)> = Vec::new();
        if let Self::Object(members) = self {
            for (name, value) in members {
                if !found.iter().any(|(known, _)| known == name) {
                    found.push((name, value));
                }
            }
        }
        found
    }

    /// The value that the engine should have made of it.
    pub(super) fn value(&self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Boolean(*value),
            Self::Number(_) => self.number().into(),
            Self::Text(text) => text.clone().into(),
            Self::Array(elements) => {
                Value::Array(Array::from_elements(elements.iter().map(Self::value)))
            }
            Self::Object(_) => {
                let members = self.members().into_iter();
                Value::Object(Object::from_members(
                    members.map(|(name, value)| (Text::from(name.to_owned()), value.value())),
                ))
            }
        }
    }

    /// The JSON text, spelled as the numbers say: blanks, escapes.
    pub(super) fn write(&self, spelling: &mut Spelling<'_>, out: &mut String) {
        spelling.blanks(out);
        match self {
            Self::Null => out.push_str("null"),
            Self::Boolean(value) => out.push_str(&value.to_string()),
            Self::Number(text) => out.push_str(text),
            Self::Text(text) => spelling.text(text, out),
            Self::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    element.write(spelling, out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    spelling.blanks(out);
                    spelling.text(name, out);
                    spelling.blanks(out);
                    out.push(':');
                    value.write(spelling, out);
                }
                out.push('}');
            }
        }
        spelling.blanks(out);
    }
}

/// How a text is spelled: each choice by the next number.
pub(super) struct Spelling<'n>(pub(super) std::iter::Cycle<std::slice::Iter<'n, u8>>);

impl Spelling<'_> {
    fn next(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }

    fn blanks(&mut self, out: &mut String) {
        out.push_str(match self.next() {
            0..200 => "",
            200..230 => " ",
            _ => "\r\n\t ",
        });
    }

    fn text(&mut self, text: &str, out: &mut String) {
        out.push('"');
        for character in text.chars() {
            match (character, self.next()) {
                ('"', _) => out.push_str("\\\""),
                ('\\', _) => out.push_str("\\\\"),
                ('/', 0..128) => out.push_str("\\/"),
                ('\n', 0..128) => out.push_str("\\n"),
                (character, choice) if character < ' ' || choice > 230 => {
                    let mut units = [0; 2];
                    for unit in character.encode_utf16(&mut units) {
                        write!(out, "\\u{unit:04x}").expect("a string takes everything");
                    }
                }
                (character, _) => out.push(character),
            }
        }
        out.push('"');
    }
}

pub(super) fn name() -> impl Strategy<Value = String> {
    prop::sample::select(NAMES).prop_map(str::to_owned)
}

/// Null, booleans, numbers, strings.
pub(super) fn scalar() -> impl Strategy<Value = Tree> {
    prop_oneof![
        1 => Just(Tree::Null),
        1 => any::<bool>().prop_map(Tree::Boolean),
        4 => prop::sample::select(NUMBERS).prop_map(|text| Tree::Number(text.to_owned())),
        3 => "[ab/é😀\"\\\\\n{}\\[\\],:]{0,12}".prop_map(Tree::Text),
        1 => "[a-z{}\" ]{30,60}".prop_map(Tree::Text),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    scalar().prop_recursive(4, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Tree::Array),
            prop::collection::vec((name(), inner), 0..5).prop_map(Tree::Object),
        ]
    })
}

/// A document: some members, and `n`, which is a scalar when it is there.
pub(super) fn document() -> impl Strategy<Value = Tree> {
    let members = prop::collection::vec((name(), tree()), 0..8);
    (
        members,
        prop::option::of(scalar()),
        any::<prop::sample::Index>(),
    )
        .prop_map(|(mut members, n, place)| {
            members.retain(|(name, _)| name != "n");
            if let Some(n) = n {
                members.insert(place.index(members.len() + 1), ("n".to_owned(), n));
            }
            Tree::Object(members)
        })
}
