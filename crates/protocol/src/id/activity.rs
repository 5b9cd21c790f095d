//! Activity ids: one per request, the thread through every log.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::value::short::ShortText;

/// The id that ties a request to its response and to the service's own logs (`x-ms-activity-id`).
///
/// Clients make UUIDs; what a server answers is kept as it is, UUID or not. A UUID is stored inline.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActivityId(ShortText<36>);

impl ActivityId {
    /// A version 4 UUID over 16 bytes of randomness; the caller owns the generator.
    pub fn from_random_bytes(random: [u8; 16]) -> Self {
        let uuid = uuid::Builder::from_random_bytes(random).into_uuid();
        Self::from(uuid)
    }

    /// Takes any text as an id.
    pub fn from_string(text: String) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The id as a UUID, when it is one.
    pub fn to_uuid(&self) -> Option<Uuid> {
        Uuid::parse_str(self.as_str()).ok()
    }
}

impl From<Uuid> for ActivityId {
    fn from(uuid: Uuid) -> Self {
        let mut buffer = Uuid::encode_buffer();
        Self::from(&*uuid.hyphenated().encode_lower(&mut buffer))
    }
}

impl From<&str> for ActivityId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for ActivityId {
    fn from(text: String) -> Self {
        Self::from_string(text)
    }
}

impl FromStr for ActivityId {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(text))
    }
}

impl AsRef<str> for ActivityId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for ActivityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ActivityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for ActivityId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ActivityId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::ActivityId;

    #[test]
    fn random_bytes_become_a_version_4_uuid() {
        let id = ActivityId::from_random_bytes([0xFF; 16]);
        assert_eq!(id.as_str(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(id.to_uuid().map(|uuid| uuid.get_version_num()), Some(4));
    }

    #[test]
    fn what_a_server_says_is_kept() {
        for text in [
            "",
            "not a uuid",
            "550E8400-E29B-41D4-A716-446655440000",
            &"x".repeat(100),
        ] {
            let id = ActivityId::from(text);
            assert_eq!(id.as_str(), text);
            let json = serde_json::to_string(&id).unwrap();
            assert_eq!(serde_json::from_str::<ActivityId>(&json).unwrap(), id);
        }
        assert_eq!(ActivityId::from("not a uuid").to_uuid(), None);
    }
}
