//! The lines of an account.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{metadata::offer::Throughput, request::ThroughputHeaders};

/// Version of the format.
pub(super) const VERSION: u32 = 1;
/// Longest line in bytes: an item of the largest size, with room for what stands around it.
pub(super) const MAX_LINE_BYTES: usize = 4 * 1024 * 1024;

/// A line, when it is written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Written<'a> {
    Cosmokit(u32),
    #[serde(untagged)]
    Database {
        database: &'a serde_json::Value,
        #[serde(skip_serializing_if = "Option::is_none")]
        throughput: Option<ThroughputText>,
    },
    #[serde(untagged)]
    Container {
        container: &'a serde_json::Value,
        #[serde(skip_serializing_if = "Option::is_none")]
        throughput: Option<ThroughputText>,
    },
}

/// A line, when it is read: exactly one of the first four stands there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Read<'a> {
    pub(super) cosmokit: Option<u32>,
    #[serde(borrow)]
    pub(super) database: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) container: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) item: Option<&'a RawValue>,
    pub(super) throughput: Option<ThroughputText>,
}

/// How much throughput, in RU/s.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ThroughputText {
    #[serde(skip_serializing_if = "Option::is_none")]
    manual: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    increment_percent: Option<u32>,
}

impl From<Throughput> for ThroughputText {
    fn from(throughput: Throughput) -> Self {
        match throughput {
            Throughput::Manual(throughput) => Self {
                manual: Some(throughput),
                maximum: None,
                increment_percent: None,
            },
            Throughput::Autoscale {
                maximum,
                increment_percent,
            } => Self {
                manual: None,
                maximum: Some(maximum),
                increment_percent,
            },
        }
    }
}

impl ThroughputText {
    /// The headers that ask for it.
    pub(super) fn headers(self) -> ThroughputHeaders {
        let settings = |maximum: u64| match self.increment_percent {
            None => format!(r#"{{"maxThroughput":{maximum}}}"#),
            Some(percent) => format!(
                r#"{{"maxThroughput":{maximum},"autoUpgradePolicy":{{"throughputPolicy":{{"incrementPercent":{percent}}}}}}}"#
            ),
        };
        ThroughputHeaders {
            manual: self.manual.map(|throughput| throughput.to_string()),
            autopilot_settings: self.maximum.map(settings),
        }
    }
}
