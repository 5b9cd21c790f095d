//! Offers: how many request units per second a database or container may use.

use serde::{Deserialize, Serialize};

use super::{Refusal, SystemProperties, UnknownProperties};

/// The offer of a database or container; request units per second throughout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ThroughputProperties {
    /// The id, equal to the resource id.
    #[serde(default)]
    pub id: String,
    /// `_self` of the database or container.
    #[serde(default)]
    pub resource: String,
    /// Resource id of the database or container.
    #[serde(default)]
    pub offer_resource_id: String,
    /// `Invalid` on all offers that are not of a legacy tier.
    #[serde(default)]
    pub offer_type: String,
    /// `V2`.
    #[serde(default = "ThroughputProperties::version_2")]
    pub offer_version: String,
    /// The numbers.
    pub content: OfferContent,
    /// `_rid`, `_self`, `_etag`, `_ts`.
    #[serde(flatten)]
    pub system_properties: SystemProperties,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl ThroughputProperties {
    /// The least manual throughput, and that of a container created without one.
    pub const MIN_MANUAL: u64 = 400;
    /// The step of manual throughput.
    pub const MANUAL_STEP: u64 = 100;
    /// The least maximum of autoscale, and its step.
    pub const MIN_AUTOSCALE_MAXIMUM: u64 = 1000;
    /// The greatest throughput that can be asked for without support.
    pub const MAX: u64 = 1_000_000;

    /// A fixed throughput.
    pub fn manual(throughput: u64) -> Self {
        Self::of(OfferContent {
            offer_throughput: Some(throughput),
            ..OfferContent::default()
        })
    }

    /// A throughput that follows the load between a tenth of the maximum and the maximum;
    /// `increment_percent` lets the service raise the maximum when it is reached.
    pub fn autoscale(starting_maximum_throughput: u64, increment_percent: Option<u32>) -> Self {
        let mut settings = OfferAutoscaleSettings::new(starting_maximum_throughput);
        if let Some(percent) = increment_percent {
            settings = settings.with_increment_percent(percent);
        }
        Self::of(OfferContent {
            offer_autopilot_settings: Some(settings),
            ..OfferContent::default()
        })
    }

    fn of(content: OfferContent) -> Self {
        Self {
            id: String::new(),
            resource: String::new(),
            offer_resource_id: String::new(),
            offer_type: String::new(),
            offer_version: Self::version_2(),
            content,
            system_properties: SystemProperties::default(),
            unknown: UnknownProperties::new(),
        }
    }

    /// The fixed throughput, or the present one of autoscale when the service has said it.
    pub fn throughput(&self) -> Option<u64> {
        self.content.offer_throughput
    }

    /// The maximum of autoscale.
    pub fn autoscale_maximum(&self) -> Option<u64> {
        Some(
            self.content
                .offer_autopilot_settings
                .as_ref()?
                .max_throughput,
        )
    }

    /// By how many percent the service may raise the maximum of autoscale.
    pub fn autoscale_increment(&self) -> Option<u32> {
        self.content
            .offer_autopilot_settings
            .as_ref()?
            .increment_percent()
    }

    /// Whether the throughput follows the load.
    pub fn is_autoscale(&self) -> bool {
        self.content.offer_autopilot_settings.is_some()
    }

    /// Checks what the service refuses with 400: too little, too much, not a step.
    ///
    /// # Errors
    /// [`Refusal`] that names the number and its bound.
    pub fn validate(&self) -> Result<(), Refusal> {
        match (
            &self.content.offer_autopilot_settings,
            self.content.offer_throughput,
        ) {
            (Some(settings), _) => settings.validate(),
            (None, Some(throughput)) => Self::validate_manual(throughput),
            (None, None) => Err(Refusal::Missing {
                resource: "offer",
                property: "content.offerThroughput",
            }),
        }
    }

    /// Checks a manual throughput, as of the header `x-ms-offer-throughput`.
    ///
    /// # Errors
    /// [`Refusal`] that names the number and its bound.
    pub fn validate_manual(throughput: u64) -> Result<(), Refusal> {
        check(
            "the throughput in RU/s",
            throughput,
            Self::MIN_MANUAL,
            Self::MANUAL_STEP,
        )
    }

    fn version_2() -> String {
        "V2".to_owned()
    }
}

fn check(what: &'static str, found: u64, min: u64, step: u64) -> Result<(), Refusal> {
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    Refusal::within(
        what,
        signed(found),
        signed(min)..=signed(ThroughputProperties::MAX),
    )?;
    if found.is_multiple_of(step) {
        Ok(())
    } else {
        Err(Refusal::NotAStep { what, found, step })
    }
}

/// The numbers of an offer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OfferContent {
    /// The fixed throughput, or the present one of autoscale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_throughput: Option<u64>,
    /// A legacy option; `false` wherever it is sent.
    #[serde(
        rename = "offerIsRUPerMinuteThroughputEnabled",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub offer_is_ru_per_minute_throughput_enabled: Option<bool>,
    /// What the lowest possible throughput depends on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_minimum_throughput_parameters: Option<OfferMinimumThroughputParameters>,
    /// Present exactly when the throughput follows the load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_autopilot_settings: Option<OfferAutoscaleSettings>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

/// What the lowest possible throughput depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OfferMinimumThroughputParameters {
    /// The greatest throughput the resource ever had.
    #[serde(default)]
    pub max_throughput_ever_provisioned: u64,
    /// The greatest size the resource ever had, in KiB.
    #[serde(rename = "maxConsumedStorageEverInKB", default)]
    pub max_consumed_storage_ever_kib: u64,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl OfferMinimumThroughputParameters {
    /// The parameters of a resource with these records.
    pub fn new(max_throughput_ever_provisioned: u64, max_consumed_storage_ever_kib: u64) -> Self {
        Self {
            max_throughput_ever_provisioned,
            max_consumed_storage_ever_kib,
            unknown: UnknownProperties::new(),
        }
    }
}

/// The settings of autoscale; also the value of the header `x-ms-cosmos-offer-autopilot-settings`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OfferAutoscaleSettings {
    /// A legacy property; 0 wherever it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<u64>,
    /// A legacy property, equal to the maximum wherever it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_tier_throughput: Option<u64>,
    /// A legacy property; `false` wherever it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_upgrade: Option<bool>,
    /// The greatest throughput; the least is a tenth of it.
    pub max_throughput: u64,
    /// Whether and by how much the service raises the maximum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_upgrade_policy: Option<AutoUpgradePolicy>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl OfferAutoscaleSettings {
    /// A maximum without automatic raise.
    pub fn new(max_throughput: u64) -> Self {
        Self {
            max_throughput,
            ..Self::default()
        }
    }

    /// Lets the service raise the maximum by so many percent.
    pub fn with_increment_percent(mut self, increment_percent: u32) -> Self {
        self.auto_upgrade_policy = Some(AutoUpgradePolicy {
            throughput_policy: Some(ThroughputPolicy {
                increment_percent,
                unknown: UnknownProperties::new(),
            }),
            unknown: UnknownProperties::new(),
        });
        self
    }

    /// By how many percent the service may raise the maximum.
    pub fn increment_percent(&self) -> Option<u32> {
        let policy = self.auto_upgrade_policy.as_ref()?;
        Some(policy.throughput_policy.as_ref()?.increment_percent)
    }

    /// Checks what the service refuses with 400: too little, too much, not a step.
    ///
    /// # Errors
    /// [`Refusal`] that names the number and its bound.
    pub fn validate(&self) -> Result<(), Refusal> {
        let min = ThroughputProperties::MIN_AUTOSCALE_MAXIMUM;
        check(
            "the autoscale maximum in RU/s",
            self.max_throughput,
            min,
            min,
        )
    }
}

/// Whether and by how much the service raises the maximum of autoscale.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AutoUpgradePolicy {
    /// By how much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throughput_policy: Option<ThroughputPolicy>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

/// By how much the service raises the maximum of autoscale.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ThroughputPolicy {
    /// Percent of the maximum.
    pub increment_percent: u32,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}
