//! What the operations do to a document.

use std::borrow::Cow;

use serde_json::Value;

use super::pointer::{Index, Pointer};
use super::tree::Node;
use super::{CosmosNumber, PatchError, PatchOperation, PatchReason};
use crate::value::Number;

/// Applies `operations` in order to the text of a document and returns the text of the result.
///
/// What the operations do not touch keeps its bytes and its order. Nothing here knows which targets are
/// forbidden or how many operations a request may have: see [`check_targets`](super::check_targets) and
/// [`PatchRequest::parse`](super::PatchRequest::parse).
///
/// ```
/// use cosmokit_protocol::op::patch::{PatchOperation, apply};
///
/// let patched = apply(&[PatchOperation::increment("/n", 1)], br#"{"id":"1", "n":41, "big":1.0}"#)?;
/// assert_eq!(patched, br#"{"id":"1","n":42,"big":1.0}"#);
/// # Ok::<(), cosmokit_protocol::op::PatchError>(())
/// ```
///
/// # Errors
/// [`PatchError::Document`] when the document is no JSON object, [`PatchError::Operation`] for the first
/// operation that cannot be done.
pub fn apply(operations: &[PatchOperation], document: &[u8]) -> Result<Vec<u8>, PatchError> {
    let text = std::str::from_utf8(document)
        .map_err(|error| PatchError::Document(error.to_string().into()))?;
    let mut root =
        Node::document(text).map_err(|error| PatchError::Document(error.to_string().into()))?;
    for (at, operation) in operations.iter().enumerate() {
        apply_one(&mut root, operation).map_err(|(path, reason)| PatchError::Operation {
            number: at + 1,
            op: operation.op(),
            path: path.into(),
            reason,
        })?;
    }
    let mut patched = String::with_capacity(document.len() + 64);
    root.write(&mut patched);
    Ok(patched.into_bytes())
}

/// Applies `operations` in order to a document in memory; on failure the document is as it was.
///
/// # Errors
/// As [`apply`].
pub fn apply_to_value(
    operations: &[PatchOperation],
    document: &mut Value,
) -> Result<(), PatchError> {
    let patched = apply(operations, document.to_string().as_bytes())?;
    *document = serde_json::from_slice(&patched)
        .map_err(|error| PatchError::Document(error.to_string().into()))?;
    Ok(())
}

/// The path at fault, and what is wrong with it.
type Fault<'a> = (&'a str, PatchReason);

fn apply_one<'a>(root: &mut Node<'a>, operation: &'a PatchOperation) -> Result<(), Fault<'a>> {
    let path = operation.path();
    let pointer = Pointer::parse(path).map_err(|reason| (path, reason))?;
    let outcome = match operation {
        PatchOperation::Add { value, .. } => {
            put(root, &pointer, Node::from_value(value), Put::Insert)
        }
        PatchOperation::Set { value, .. } => {
            put(root, &pointer, Node::from_value(value), Put::Overwrite)
        }
        PatchOperation::Replace { value, .. } => replace(root, &pointer, Node::from_value(value)),
        PatchOperation::Remove { .. } => take(root, &pointer).map(drop),
        PatchOperation::Increment { value, .. } => increment(root, &pointer, *value),
        PatchOperation::Move { from, .. } => return move_value(root, from, path, &pointer),
    };
    outcome.map_err(|reason| (path, reason))
}

/// What happens to an element that stands where a value is put into an array.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Put {
    /// It moves up by one.
    Insert,
    /// It is overwritten.
    Overwrite,
}

fn put<'a>(
    root: &mut Node<'a>,
    pointer: &Pointer<'a>,
    value: Node<'a>,
    put: Put,
) -> Result<(), PatchReason> {
    value.check_depth_at(pointer)?;
    let last = pointer.split_last().1;
    match root.parent_of(pointer)? {
        Node::Text(_) => Err(PatchReason::MissingParent),
        Node::Array(elements) => {
            let index = Index::parse(last)?.insertion(elements.len())?;
            match elements.get_mut(index) {
                Some(element) if put == Put::Overwrite => *element = value,
                _ => elements.insert(index, value),
            }
            Ok(())
        }
        object @ Node::Object(_) => {
            if let Some(existing) = object.child(last)? {
                *existing = value;
            } else if let Node::Object(members) = object {
                members.push((Cow::Owned(last.to_owned()), value));
            }
            Ok(())
        }
    }
}

/// The value at `pointer`, which must exist.
fn target<'t, 'a>(
    root: &'t mut Node<'a>,
    pointer: &Pointer<'_>,
) -> Result<&'t mut Node<'a>, PatchReason> {
    let last = pointer.split_last().1;
    let parent = root.parent_of(pointer)?;
    if let Node::Array(elements) = parent {
        let index = Index::parse(last)?.existing(elements.len())?;
        return elements.get_mut(index).ok_or(PatchReason::MissingTarget);
    }
    parent.child(last)?.ok_or(PatchReason::MissingTarget)
}

fn replace<'a>(
    root: &mut Node<'a>,
    pointer: &Pointer<'_>,
    value: Node<'a>,
) -> Result<(), PatchReason> {
    value.check_depth_at(pointer)?;
    *target(root, pointer)? = value;
    Ok(())
}

/// Removes and returns the value at `pointer`; of several members with one name all go, and the last one counts.
fn take<'a>(root: &mut Node<'a>, pointer: &Pointer<'_>) -> Result<Node<'a>, PatchReason> {
    let last = pointer.split_last().1;
    match root.parent_of(pointer)? {
        Node::Text(_) => Err(PatchReason::MissingParent),
        Node::Array(elements) => {
            let index = Index::parse(last)?.existing(elements.len())?;
            Ok(elements.remove(index))
        }
        Node::Object(members) => {
            let at = members
                .iter()
                .rposition(|(name, _)| name == last)
                .ok_or(PatchReason::MissingTarget)?;
            let (_, value) = members.remove(at);
            members.retain(|(name, _)| name != last);
            Ok(value)
        }
    }
}

fn increment<'a>(
    root: &mut Node<'a>,
    pointer: &Pointer<'a>,
    by: CosmosNumber,
) -> Result<(), PatchReason> {
    let by = by.to_number();
    let last = pointer.split_last().1;
    let parent = root.parent_of(pointer)?;
    let Some(target) = parent.child(last)? else {
        return put(root, pointer, text_of(by)?, Put::Overwrite);
    };
    let Node::Text(text) = &*target else {
        return Err(PatchReason::NotANumber);
    };
    let present = Number::parse(text).ok_or(PatchReason::NotANumber)?;
    let exact = present
        .as_i64()
        .zip(by.as_i64())
        .and_then(|(a, b)| a.checked_add(b));
    let sum = exact.map_or_else(
        || Number::from(present.as_f64() + by.as_f64()),
        Number::from,
    );
    *target = text_of(sum)?;
    Ok(())
}

fn text_of<'a>(number: Number) -> Result<Node<'a>, PatchReason> {
    if number.is_finite() {
        Ok(Node::Text(Cow::Owned(number.to_string())))
    } else {
        Err(PatchReason::NotFinite)
    }
}

fn move_value<'a>(
    root: &mut Node<'a>,
    from: &'a str,
    path: &'a str,
    to: &Pointer<'a>,
) -> Result<(), Fault<'a>> {
    let source = Pointer::parse(from).map_err(|reason| (from, reason))?;
    if source.is_above(to) {
        return Err((path, PatchReason::MoveIntoItself));
    }
    let value = take(root, &source).map_err(|reason| (from, reason))?;
    put(root, to, value, Put::Insert).map_err(|reason| (path, reason))
}
