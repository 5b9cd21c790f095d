//! A partition key straight from the bytes of a document.
//!
//! One pass: objects on the way to a wanted value are entered, everything else is skipped by the JSON reader.
//! Keys are compared as bytes, so property names with broken surrogates do no harm.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{PartitionKey, PartitionKeyError, PartitionKeyValue};
use crate::value::PropertyPath;

const LEVELS: usize = PartitionKey::MAX_VALUES;

/// The rest of the way to the value of each level; `None` for a level that does not lead through here.
type Ways<'p> = [Option<&'p [Box<str>]>; LEVELS];

/// Finds the values that `paths` (at most three) lead to.
pub(super) fn extract(
    document: &[u8],
    paths: &[PropertyPath],
) -> Result<PartitionKey, PartitionKeyError> {
    let mut ways: Ways<'_> = [None; LEVELS];
    for (way, path) in ways.iter_mut().zip(paths) {
        *way = Some(path.as_slice());
    }
    let mut found = [const { PartitionKeyValue::UNDEFINED }; LEVELS];
    let mut reader = serde_json::Deserializer::from_slice(document);
    reader
        .deserialize_map(Level {
            ways,
            found: &mut found,
        })
        .and_then(|()| reader.end())
        .map_err(|error| PartitionKeyError::InvalidDocument {
            reason: error.to_string(),
        })?;
    let mut key = PartitionKey::EMPTY;
    for value in found.into_iter().take(paths.len()) {
        key.push(value)?;
    }
    Ok(key)
}

/// One object (or one value) on the way.
struct Level<'p, 'f> {
    ways: Ways<'p>,
    found: &'f mut [PartitionKeyValue; LEVELS],
}

impl Level<'_, '_> {
    /// Stores `value` for every way that ends here and clears those that would go on below: there is nothing.
    fn arrive(self, value: &PartitionKeyValue) {
        for (slot, way) in self.found.iter_mut().zip(self.ways) {
            match way {
                Some([]) => *slot = value.clone(),
                Some(_) => *slot = PartitionKeyValue::UNDEFINED,
                None => {}
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // An object is no key value, and it replaces whatever an earlier property of the same name brought.
        Level {
            ways: self.ways,
            found: &mut *self.found,
        }
        .arrive(&PartitionKeyValue::UNDEFINED);
        while let Some(ways) = map.next_key_seed(Name(self.ways))? {
            if ways.iter().all(Option::is_none) {
                map.next_value::<IgnoredAny>()?;
            } else {
                map.next_value_seed(Level {
                    ways,
                    found: &mut *self.found,
                })?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.arrive(&PartitionKeyValue::UNDEFINED);
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.arrive(&PartitionKeyValue::NULL);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.arrive(&value.into());
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.arrive(&value.into());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.arrive(&value.into());
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.arrive(&PartitionKeyValue::try_from(value).map_err(E::custom)?);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.arrive(&value.into());
        Ok(())
    }
}

/// A property name, which decides which of the ways go on.
struct Name<'p>(Ways<'p>);

impl<'p> Name<'p> {
    fn through(self, name: &[u8]) -> Ways<'p> {
        self.0.map(|way| match way?.split_first() {
            Some((first, rest)) if first.as_bytes() == name => Some(rest),
            _ => None,
        })
    }
}

impl<'de, 'p> DeserializeSeed<'de> for Name<'p> {
    type Value = Ways<'p>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Ways<'p>, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl<'p> Visitor<'_> for Name<'p> {
    type Value = Ways<'p>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property name")
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<Ways<'p>, E> {
        Ok(self.through(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Ways<'p>, E> {
        Ok(self.through(name.as_bytes()))
    }
}
