//! A document that is taken apart only where a patch goes in; the rest stays text.

use std::borrow::Cow;

use serde_json::Value;

use super::super::json::{elements, members};
use super::PatchReason;
use super::pointer::{Index, MAX_DEPTH, Pointer};

/// A value of the document: text nobody looked into, or its parts.
#[derive(Debug, Clone)]
pub(super) enum Node<'a> {
    /// The JSON text of a value.
    Text(Cow<'a, str>),
    /// The members of an object in their order.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
    /// The elements of an array.
    Array(Vec<Node<'a>>),
}

impl<'a> Node<'a> {
    /// The object in `text`, its members unopened.
    pub(super) fn document(text: &'a str) -> serde_json::Result<Self> {
        let node = |(name, value): (Cow<'a, str>, &'a serde_json::value::RawValue)| {
            (name, Node::Text(Cow::Borrowed(value.get())))
        };
        Ok(Self::Object(members(text)?.into_iter().map(node).collect()))
    }

    /// The value as a node, opened throughout.
    pub(super) fn from_value(value: &'a Value) -> Self {
        match value {
            Value::Array(values) => Self::Array(values.iter().map(Self::from_value).collect()),
            Value::Object(map) => {
                let member = |(name, value): (&'a String, &'a Value)| {
                    (Cow::Borrowed(name.as_str()), Self::from_value(value))
                };
                Self::Object(map.iter().map(member).collect())
            }
            scalar => Self::Text(Cow::Owned(scalar.to_string())),
        }
    }

    /// Opens the text of an object or array by one level; a scalar stays as it is.
    fn open(&mut self) {
        let Self::Text(Cow::Borrowed(text)) = self else {
            return;
        };
        let text: &'a str = text;
        let opened = match text.as_bytes().first() {
            Some(b'{') => Self::document(text),
            Some(b'[') => elements(text).map(|found| {
                Self::Array(
                    found
                        .iter()
                        .map(|value| Self::Text(Cow::Borrowed(value.get())))
                        .collect(),
                )
            }),
            _ => return,
        };
        if let Ok(opened) = opened {
            *self = opened;
        }
    }

    /// The object or array in which the last segment of `pointer` stands.
    pub(super) fn parent_of(&mut self, pointer: &Pointer<'_>) -> Result<&mut Self, PatchReason> {
        let mut node = self;
        node.open();
        for segment in pointer.split_last().0 {
            node = node.child(segment)?.ok_or(PatchReason::MissingParent)?;
            node.open();
        }
        match node {
            Self::Text(_) => Err(PatchReason::MissingParent),
            Self::Object(_) | Self::Array(_) => Ok(node),
        }
    }

    /// The value under one name or index; the last of several members with that name.
    pub(super) fn child(&mut self, segment: &str) -> Result<Option<&mut Self>, PatchReason> {
        match self {
            Self::Text(_) => Ok(None),
            Self::Object(members) => Ok(members
                .iter_mut()
                .rev()
                .find(|(name, _)| name == segment)
                .map(|(_, value)| value)),
            Self::Array(elements) => match Index::parse(segment)? {
                Index::At(index) => Ok(elements.get_mut(index)),
                Index::End => Ok(None),
            },
        }
    }

    /// How many opened arrays and objects stand inside one another, this one included.
    fn height(&self) -> usize {
        match self {
            Self::Text(_) => 0,
            Self::Object(members) => {
                1 + members
                    .iter()
                    .map(|(_, value)| value.height())
                    .max()
                    .unwrap_or(0)
            }
            Self::Array(elements) => 1 + elements.iter().map(Self::height).max().unwrap_or(0),
        }
    }

    /// Refuses to put this value at `pointer` when the document became too deep. It keeps recursion bounded:
    /// what is opened later lies on a path of bounded length.
    pub(super) fn check_depth_at(&self, pointer: &Pointer<'_>) -> Result<(), PatchReason> {
        if pointer.depth() + self.height() > MAX_DEPTH {
            return Err(PatchReason::TooDeep { limit: MAX_DEPTH });
        }
        Ok(())
    }

    /// Prints the value as JSON at the end of `out`.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Self::Text(text) => out.push_str(text),
            Self::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    out.push_str(&serde_json::to_string(name).expect("a string always serializes"));
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
            Self::Array(elements) => {
                out.push('[');
                for (at, value) in elements.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    value.write(out);
                }
                out.push(']');
            }
        }
    }
}
