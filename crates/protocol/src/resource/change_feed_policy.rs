//! How long a container remembers every version of its items.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Refusal, UnknownProperties};

/// The change feed policy of a container; a retention turns on the all-versions-and-deletes mode.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChangeFeedPolicy {
    /// Whole minutes on the wire, 0 for off.
    #[serde(rename = "retentionDuration", default, with = "minutes")]
    retention_duration: Option<Duration>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl ChangeFeedPolicy {
    /// The longest retention that any backup tier allows, in minutes: 30 days.
    pub const MAX_RETENTION_MINUTES: u64 = 30 * 24 * 60;

    /// Sets how long versions and deletes are kept; rounded up to whole minutes on the wire.
    pub fn with_retention_duration(mut self, retention: Duration) -> Self {
        self.retention_duration = (!retention.is_zero()).then_some(retention);
        self
    }

    /// How long versions and deletes are kept; `None` when the mode is off.
    pub fn retention_duration(&self) -> Option<Duration> {
        self.retention_duration
    }

    pub(crate) fn validate(&self) -> Result<(), Refusal> {
        let minutes = self.retention_duration.map_or(0, minutes::round_up);
        if minutes > Self::MAX_RETENTION_MINUTES {
            return Err(Refusal::OutOfRange {
                what: "the change feed retention in minutes",
                found: i64::try_from(minutes).unwrap_or(i64::MAX),
                min: 0,
                max: 30 * 24 * 60,
            });
        }
        Ok(())
    }
}

mod minutes {
    use super::{Deserialize, Deserializer, Duration, Serialize, Serializer};

    pub(super) fn round_up(duration: Duration) -> u64 {
        duration
            .as_secs()
            .saturating_add(u64::from(duration.subsec_nanos() > 0))
            .div_ceil(60)
    }

    #[expect(
        clippy::ref_option,
        reason = "serde's `with` hands the field by reference"
    )]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.map_or(0, round_up).serialize(serializer)
    }

    /// Zero and negative numbers mean off.
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let minutes = u64::try_from(i64::deserialize(deserializer)?).unwrap_or(0);
        Ok((minutes > 0).then(|| Duration::from_secs(minutes.saturating_mul(60))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_whole_minutes_rounded_up() {
        let check = |retention: Duration, minutes: u64| {
            let policy = ChangeFeedPolicy::default().with_retention_duration(retention);
            let text = serde_json::to_string(&policy).unwrap();
            assert_eq!(text, format!("{{\"retentionDuration\":{minutes}}}"));
            let back: ChangeFeedPolicy = serde_json::from_str(&text).unwrap();
            assert_eq!(
                back.retention_duration(),
                (minutes > 0).then(|| Duration::from_secs(minutes * 60))
            );
        };
        check(Duration::ZERO, 0);
        check(Duration::from_nanos(1), 1);
        check(Duration::from_secs(60), 1);
        check(Duration::from_millis(60_001), 2);
        check(Duration::from_secs(7 * 86_400), 10_080);
    }

    #[test]
    fn off_and_out_of_bounds() {
        for text in [
            "{}",
            r#"{"retentionDuration":0}"#,
            r#"{"retentionDuration":-5}"#,
        ] {
            let policy: ChangeFeedPolicy = serde_json::from_str(text).unwrap();
            assert_eq!(policy.retention_duration(), None, "{text}");
        }
        let days = |days: u64| {
            ChangeFeedPolicy::default().with_retention_duration(Duration::from_secs(days * 86_400))
        };
        assert_eq!(days(30).validate(), Ok(()));
        assert!(days(31).validate().is_err());
        assert!(
            ChangeFeedPolicy::default()
                .with_retention_duration(Duration::MAX)
                .validate()
                .is_err()
        );
    }
}
