//! Time to live of a container's items: off, on without a default, or a number of seconds.

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How long items of a container live when they do not say so themselves.
///
/// On the wire: absent or `null`, `-1`, or 1…2147483647 seconds. `0` does not exist (400).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeToLive {
    /// Expiry is off; an item's own `ttl` is ignored. The default.
    #[default]
    Forever,
    /// Expiry is on, but only items with their own positive `ttl` expire (`-1` on the wire).
    NoDefault,
    /// Items expire this many seconds after their last write, unless their own `ttl` says otherwise.
    Seconds(u32),
}

impl TimeToLive {
    /// The longest time to live, in seconds.
    pub const MAX_SECONDS: u32 = 2_147_483_647;

    /// Whether expiry is off.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the published client has it so, and serde's `skip_serializing_if` asks for it"
    )]
    pub fn is_forever(&self) -> bool {
        matches!(self, Self::Forever)
    }

    /// The wire form: `None` when absent, else `-1` or seconds.
    pub fn to_wire(self) -> Option<i64> {
        match self {
            Self::Forever => None,
            Self::NoDefault => Some(-1),
            Self::Seconds(seconds) => Some(i64::from(seconds)),
        }
    }
}

impl From<u32> for TimeToLive {
    fn from(seconds: u32) -> Self {
        Self::Seconds(seconds)
    }
}

impl Serialize for TimeToLive {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_wire().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TimeToLive {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Option::<i64>::deserialize(deserializer)? {
            None => Ok(Self::Forever),
            Some(-1) => Ok(Self::NoDefault),
            Some(number) => u32::try_from(number)
                .ok()
                .filter(|seconds| (1..=Self::MAX_SECONDS).contains(seconds))
                .map(Self::Seconds)
                .ok_or_else(|| {
                    Error::invalid_value(
                        Unexpected::Signed(number),
                        &"a time to live of -1 or 1 to 2147483647 seconds",
                    )
                }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_forms() {
        let check = |text: &str, expected: Option<TimeToLive>| {
            assert_eq!(serde_json::from_str(text).ok(), expected, "{text}");
            if let Some(ttl) = expected {
                assert_eq!(serde_json::to_string(&ttl).unwrap(), text);
            }
        };
        check("null", Some(TimeToLive::Forever));
        check("-1", Some(TimeToLive::NoDefault));
        check("1", Some(TimeToLive::Seconds(1)));
        check(
            "2147483647",
            Some(TimeToLive::Seconds(TimeToLive::MAX_SECONDS)),
        );
        for refused in [
            "0",
            "-2",
            "2147483648",
            "1.5",
            "\"60\"",
            "true",
            "99999999999999999999",
        ] {
            check(refused, None);
        }
    }
}
