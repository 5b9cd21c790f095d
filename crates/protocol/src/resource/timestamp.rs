//! `_ts`: whole seconds since 1970, as the service counts them.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// A point in time in whole seconds since 1970-01-01T00:00:00Z; what `_ts` holds.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The point `seconds` after (or, negative, before) 1970-01-01T00:00:00Z.
    pub const fn from_unix_timestamp(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn unix_timestamp(self) -> i64 {
        self.0
    }

    /// The same point as a `SystemTime`, or `None` when the platform cannot represent it.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let distance = Duration::from_secs(self.0.unsigned_abs());
        if self.0 < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        }
    }
}

impl From<SystemTime> for Timestamp {
    /// Drops the fraction of a second, towards the past; times beyond ±2^63 s stop at the bound.
    fn from(time: SystemTime) -> Self {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Self(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)),
            Err(before) => {
                let distance = before.duration();
                let whole = distance.as_secs() + u64::from(distance.subsec_nanos() > 0);
                Self(i64::try_from(whole).map_or(i64::MIN, |seconds| -seconds))
            }
        }
    }
}

#[cfg(feature = "azure_core")]
impl From<::azure_core::time::OffsetDateTime> for Timestamp {
    fn from(time: ::azure_core::time::OffsetDateTime) -> Self {
        Self(time.unix_timestamp())
    }
}

#[cfg(feature = "azure_core")]
impl TryFrom<Timestamp> for ::azure_core::time::OffsetDateTime {
    type Error = ::azure_core::Error;

    fn try_from(timestamp: Timestamp) -> ::azure_core::Result<Self> {
        Self::from_unix_timestamp(timestamp.0).map_err(|error| {
            ::azure_core::Error::new(::azure_core::error::ErrorKind::DataConversion, error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_both_ways_and_rounds_towards_the_past() {
        for seconds in [0, 1, 1_729_036_800, -1, -86_400] {
            let timestamp = Timestamp::from_unix_timestamp(seconds);
            let time = timestamp.to_system_time().unwrap();
            assert_eq!(Timestamp::from(time), timestamp);
        }
        let half = SystemTime::UNIX_EPOCH - Duration::from_millis(500);
        assert_eq!(Timestamp::from(half).unix_timestamp(), -1);
        let half = SystemTime::UNIX_EPOCH + Duration::from_millis(1500);
        assert_eq!(Timestamp::from(half).unix_timestamp(), 1);
    }

    #[test]
    fn is_a_bare_number_on_the_wire() {
        let timestamp: Timestamp = serde_json::from_str("1729036800").unwrap();
        assert_eq!(timestamp.unix_timestamp(), 1_729_036_800);
        assert_eq!(serde_json::to_string(&timestamp).unwrap(), "1729036800");
    }
}
