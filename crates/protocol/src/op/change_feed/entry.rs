//! One entry of the change feed, as an envelope or as the bare document.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::super::json::{members, written};
use super::{ChangeFeedMetadata, ChangeFeedOperationType};

/// One change: the item after it, the item before it when that is kept, and what is known about the change.
///
/// An entry is an envelope when it is an object whose names are all among `current`, `previous` and `metadata`;
/// anything else is the bare document, as older servers send it, and becomes `current`. In the envelope of a
/// delete `current` is `{}`, which counts as absent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ChangeFeedItem<T> {
    current: Option<T>,
    previous: Option<T>,
    metadata: Option<ChangeFeedMetadata>,
}

impl<T> ChangeFeedItem<T> {
    /// The item after the change; absent for deletes.
    pub fn current(&self) -> Option<&T> {
        self.current.as_ref()
    }

    /// The item before the change, when the container keeps it.
    pub fn previous(&self) -> Option<&T> {
        self.previous.as_ref()
    }

    /// What is known about the change.
    pub fn metadata(&self) -> Option<&ChangeFeedMetadata> {
        self.metadata.as_ref()
    }

    /// What happened; absent in the latest-version mode.
    pub fn operation_type(&self) -> Option<ChangeFeedOperationType> {
        self.metadata
            .as_ref()
            .and_then(ChangeFeedMetadata::operation_type)
    }

    /// The parts by value: current, previous, metadata.
    pub fn into_parts(self) -> (Option<T>, Option<T>, Option<ChangeFeedMetadata>) {
        (self.current, self.previous, self.metadata)
    }
}

impl<T: DeserializeOwned> ChangeFeedItem<T> {
    /// Reads an entry from the text of one item of a feed.
    ///
    /// # Errors
    /// When the text is not JSON, or a document in it is not a `T`.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        let Some(envelope) = Envelope::of(text) else {
            return Ok(Self {
                current: Some(serde_json::from_str(text)?),
                previous: None,
                metadata: None,
            });
        };
        let metadata = envelope
            .metadata
            .map(|metadata| serde_json::from_str(metadata.get()))
            .transpose()?;
        Ok(Self {
            current: document(envelope.current)?,
            previous: document(envelope.previous)?,
            metadata: metadata.flatten(),
        })
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for ChangeFeedItem<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(text.get()).map_err(D::Error::custom)
    }
}

#[derive(Default)]
struct Envelope<'a> {
    current: Option<&'a RawValue>,
    previous: Option<&'a RawValue>,
    metadata: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// The envelope in `text`; `None` when it is something else.
    fn of(text: &'a str) -> Option<Self> {
        let found = members(text).ok().filter(|found| !found.is_empty())?;
        let mut envelope = Self::default();
        for (name, value) in found {
            match name.as_ref() {
                "current" => envelope.current = Some(value),
                "previous" => envelope.previous = Some(value),
                "metadata" => envelope.metadata = Some(value),
                _ => return None,
            }
        }
        Some(envelope)
    }
}

/// A document of an envelope; `null` and `{}` count as absent.
fn document<T: DeserializeOwned>(text: Option<&RawValue>) -> serde_json::Result<Option<T>> {
    let Some(text) = text.map(RawValue::get).filter(|text| *text != "null") else {
        return Ok(None);
    };
    if text.starts_with('{') && members(text)?.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text).map(Some)
}

/// Writes an envelope around documents that nobody parses; a delete without `current` gets `{}`.
pub fn write_entry(
    current: Option<&[u8]>,
    previous: Option<&[u8]>,
    metadata: &ChangeFeedMetadata,
) -> Vec<u8> {
    let metadata = written(metadata);
    let documents = current.map_or(0, <[u8]>::len) + previous.map_or(0, <[u8]>::len);
    let mut entry = Vec::with_capacity(documents + metadata.len() + 48);
    entry.extend_from_slice(b"{\"current\":");
    entry.extend_from_slice(current.unwrap_or(b"{}"));
    if let Some(previous) = previous {
        entry.extend_from_slice(b",\"previous\":");
        entry.extend_from_slice(previous);
    }
    entry.extend_from_slice(b",\"metadata\":");
    entry.extend_from_slice(&metadata);
    entry.push(b'}');
    entry
}
