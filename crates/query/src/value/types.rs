//! The value type and the two ways in which containers exist.

use std::sync::Arc;

use cosmokit_protocol::value::{Number, TypeRank};

use super::raw::{Elements, Members};
use super::{Raw, Text};

/// Any value that an expression can have. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// No value.
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Text<'a>),
    /// An array; never holds undefined.
    Array(Array<'a>),
    /// An object; no member is undefined.
    Object(Object<'a>),
}

/// An array: a part of a document, or made by an expression.
#[derive(Clone, Debug)]
pub enum Array<'a> {
    /// As written in a document.
    Raw(Raw<'a>),
    /// Made by an expression.
    Built(Arc<[Value<'a>]>),
}

/// An object: a part of a document, or made by an expression.
#[derive(Clone, Debug)]
pub enum Object<'a> {
    /// As written in a document.
    Raw(Raw<'a>),
    /// Made by an expression, members in their order.
    Built(Arc<[(Text<'a>, Value<'a>)]>),
}

impl<'a> Value<'a> {
    /// The place of the type in the order across types.
    pub fn rank(&self) -> TypeRank {
        match self {
            Self::Undefined => TypeRank::Undefined,
            Self::Null => TypeRank::Null,
            Self::Boolean(_) => TypeRank::Boolean,
            Self::Number(_) => TypeRank::Number,
            Self::String(_) => TypeRank::String,
            Self::Array(_) => TypeRank::Array,
            Self::Object(_) => TypeRank::Object,
        }
    }

    /// Whether this is any value at all.
    pub fn is_defined(&self) -> bool {
        !matches!(self, Self::Undefined)
    }

    /// Whether this is exactly `true`.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Boolean(true))
    }

    /// The string, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when it is one.
    pub fn as_number(&self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean, when it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The array, when it is one.
    pub fn as_array(&self) -> Option<&Array<'a>> {
        match self {
            Self::Array(array) => Some(array),
            _ => None,
        }
    }

    /// The object, when it is one.
    pub fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// A member by name; undefined of anything that has none.
    pub fn member(&self, name: &str) -> Self {
        self.as_object()
            .map_or(Self::Undefined, |object| object.member(name))
    }

    /// An element by position; undefined of anything that has none.
    pub fn element(&self, index: usize) -> Self {
        self.as_array()
            .map_or(Self::Undefined, |array| array.element(index))
    }
}

impl<'a> Array<'a> {
    /// An array of these elements; undefined ones are left out.
    pub fn from_elements(elements: impl IntoIterator<Item = Value<'a>>) -> Self {
        Self::Built(elements.into_iter().filter(Value::is_defined).collect())
    }

    /// The number of elements. Takes time in proportion to the array when it is a part of a document.
    pub fn len(&self) -> usize {
        match self {
            Self::Raw(raw) => raw.elements().count(),
            Self::Built(elements) => elements.len(),
        }
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// An element by position.
    pub fn element(&self, index: usize) -> Value<'a> {
        match self {
            Self::Raw(raw) => raw.element(index).map_or(Value::Undefined, Raw::value),
            Self::Built(elements) => elements.get(index).cloned().unwrap_or(Value::Undefined),
        }
    }

    /// The elements in their order.
    pub fn iter(&self) -> ArrayElements<'_, 'a> {
        match self {
            Self::Raw(raw) => ArrayElements::Raw(raw.elements()),
            Self::Built(elements) => ArrayElements::Built(elements.iter()),
        }
    }
}

impl<'v, 'a> IntoIterator for &'v Array<'a> {
    type Item = Value<'a>;
    type IntoIter = ArrayElements<'v, 'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The elements of an [`Array`].
#[derive(Clone, Debug)]
pub enum ArrayElements<'v, 'a> {
    /// Read from bytes.
    Raw(Elements<'a>),
    /// Taken from memory.
    Built(std::slice::Iter<'v, Value<'a>>),
}

impl<'a> Iterator for ArrayElements<'_, 'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        match self {
            Self::Raw(elements) => elements.next().map(Raw::value),
            Self::Built(elements) => elements.next().cloned(),
        }
    }
}

impl<'a> Object<'a> {
    /// An object of these members; undefined ones are left out, the last of one name counts.
    pub fn from_members(members: impl IntoIterator<Item = (Text<'a>, Value<'a>)>) -> Self {
        let mut kept: Vec<(Text<'a>, Value<'a>)> = Vec::new();
        for (name, value) in members {
            if let Some(at) = kept.iter().position(|(other, _)| *other == name) {
                kept.remove(at);
            }
            if value.is_defined() {
                kept.push((name, value));
            }
        }
        Self::Built(kept.into())
    }

    /// A member by name.
    pub fn member(&self, name: &str) -> Value<'a> {
        match self {
            Self::Raw(raw) => raw.member(name).map_or(Value::Undefined, Raw::value),
            Self::Built(members) => members
                .iter()
                .find(|(key, _)| &**key == name)
                .map_or(Value::Undefined, |(_, value)| value.clone()),
        }
    }

    /// The members in their order.
    pub fn iter(&self) -> ObjectMembers<'_, 'a> {
        match self {
            Self::Raw(raw) => ObjectMembers::Raw(raw.members()),
            Self::Built(members) => ObjectMembers::Built(members.iter()),
        }
    }
}

impl<'v, 'a> IntoIterator for &'v Object<'a> {
    type Item = (Text<'a>, Value<'a>);
    type IntoIter = ObjectMembers<'v, 'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The members of an [`Object`].
#[derive(Clone, Debug)]
pub enum ObjectMembers<'v, 'a> {
    /// Read from bytes.
    Raw(Members<'a>),
    /// Taken from memory.
    Built(std::slice::Iter<'v, (Text<'a>, Value<'a>)>),
}

impl<'a> Iterator for ObjectMembers<'_, 'a> {
    type Item = (Text<'a>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Raw(members) => members.next().map(|(key, value)| {
                (
                    key.text().unwrap_or(Text::Borrowed("\u{FFFD}")),
                    value.value(),
                )
            }),
            Self::Built(members) => members.next().cloned(),
        }
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::Number(value.into())
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<usize> for Value<'_> {
    fn from(value: usize) -> Self {
        Self::Number(value.into())
    }
}

impl From<Number> for Value<'_> {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::String(value.into())
    }
}

/// `None` is undefined.
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Undefined, Into::into)
    }
}
