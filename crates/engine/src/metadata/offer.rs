//! Offers: how much throughput a database or container has, and the rules for asking for it.

use cosmokit_protocol::{
    id::{Etag, Rid},
    resource::{
        OfferAutoscaleSettings, OfferContent, OfferMinimumThroughputParameters, SystemProperties,
        ThroughputProperties,
    },
};
use serde_json::Value;

use super::database::seconds;
use crate::{
    clock::Timestamp,
    refuse,
    request::{OfferMigration, ThroughputHeaders},
    response::{Failure, OfferFacts},
};

/// How much throughput, and whether it follows the load. All in RU/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Throughput {
    /// A fixed one.
    Manual(u64),
    /// Between a tenth of the maximum and the maximum.
    Autoscale {
        /// The maximum.
        maximum: u64,
        /// By how many percent the service may raise the maximum.
        increment_percent: Option<u32>,
    },
}

impl Throughput {
    /// That of a container which asks for none, in a database which has none to share.
    pub(crate) const DEFAULT: Self = Self::Manual(ThroughputProperties::MIN_MANUAL);

    /// The most that can be used.
    pub(crate) fn maximum(self) -> u64 {
        match self {
            Self::Manual(throughput) => throughput,
            Self::Autoscale { maximum, .. } => maximum,
        }
    }

    /// What the headers of a create ask for; `None` when they ask for nothing.
    ///
    /// # Errors
    /// 400 when both are given, or a number is not allowed.
    pub(crate) fn of_headers(headers: &ThroughputHeaders) -> Result<Option<Self>, Failure> {
        match (
            headers.manual.as_deref(),
            headers.autopilot_settings.as_deref(),
        ) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(refuse::bad_request(
                "manual throughput and autopilot settings exclude each other",
            )),
            (Some(manual), None) => {
                let throughput = manual.trim().parse().map_err(|_| {
                    refuse::bad_request(format!(
                        "the throughput {manual:?} is not a number of RU/s"
                    ))
                })?;
                ThroughputProperties::validate_manual(throughput).map_err(refuse::bad_request)?;
                Ok(Some(Self::Manual(throughput)))
            }
            (None, Some(settings)) => {
                let settings: OfferAutoscaleSettings =
                    serde_json::from_str(settings).map_err(|error| {
                        refuse::bad_request(format!(
                            "the autopilot settings are not valid: {error}"
                        ))
                    })?;
                Self::of_settings(&settings).map(Some)
            }
        }
    }

    fn of_settings(settings: &OfferAutoscaleSettings) -> Result<Self, Failure> {
        settings.validate().map_err(refuse::bad_request)?;
        Ok(Self::Autoscale {
            maximum: settings.max_throughput,
            increment_percent: settings.increment_percent(),
        })
    }

    fn content(self) -> OfferContent {
        let mut content = OfferContent::default();
        match self {
            Self::Manual(throughput) => content.offer_throughput = Some(throughput),
            Self::Autoscale {
                maximum,
                increment_percent,
            } => {
                let mut settings = OfferAutoscaleSettings::new(maximum);
                if let Some(percent) = increment_percent {
                    settings = settings.with_increment_percent(percent);
                }
                settings.tier = Some(0);
                settings.maximum_tier_throughput = Some(maximum);
                settings.auto_upgrade = Some(false);
                content.offer_throughput = Some(maximum / 10);
                content.offer_autopilot_settings = Some(settings);
            }
        }
        content
    }
}

/// The offer of a database or container.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) rid: Rid,
    /// The database or container.
    pub(crate) resource: Rid,
    pub(crate) throughput: Throughput,
    /// The greatest throughput it ever had.
    pub(crate) most_ever: u64,
    pub(crate) etag: Etag,
    pub(crate) at: Timestamp,
}

impl Offer {
    /// The document as clients read it.
    pub(crate) fn document(&self) -> Vec<u8> {
        let mut offer = ThroughputProperties::manual(0);
        let rid = self.rid.to_string();
        offer.id.clone_from(&rid);
        offer.resource = self.resource.self_link();
        offer.offer_resource_id = self.resource.to_string();
        offer.offer_type = "Invalid".to_owned();
        offer.offer_version = "V2".to_owned();
        offer.content = self.throughput.content();
        offer.content.offer_is_ru_per_minute_throughput_enabled = Some(false);
        offer.content.offer_minimum_throughput_parameters =
            Some(OfferMinimumThroughputParameters::new(self.most_ever, 0));
        let self_link = format!("offers/{rid}/");
        offer.system_properties =
            SystemProperties::new(rid, self_link, self.etag.clone(), seconds(self.at));
        serde_json::to_vec(&offer).expect("an offer document is plain JSON")
    }

    /// What answers about the offer say.
    pub(crate) fn facts(&self) -> OfferFacts {
        OfferFacts {
            replace_pending: false,
            minimum_throughput: self.minimum(),
        }
    }

    /// The lowest throughput that may be asked for.
    fn minimum(&self) -> u64 {
        match self.throughput {
            Throughput::Manual(_) => {
                let share =
                    (self.most_ever / 100).next_multiple_of(ThroughputProperties::MANUAL_STEP);
                share.max(ThroughputProperties::MIN_MANUAL)
            }
            Throughput::Autoscale { .. } => {
                let least = ThroughputProperties::MIN_AUTOSCALE_MAXIMUM;
                (self.most_ever / 10).next_multiple_of(least).max(least)
            }
        }
    }

    /// What a replacement document asks for.
    ///
    /// # Errors
    /// 400 when it is not an offer document, is about another resource, switches the mode
    /// without saying so, or asks for a number that is not allowed.
    pub(crate) fn replacement(
        &self,
        body: &[u8],
        migration: OfferMigration,
    ) -> Result<Throughput, Failure> {
        let document: Value = serde_json::from_slice(body).map_err(|error| {
            refuse::bad_request(format!("the offer document is not valid JSON: {error}"))
        })?;
        self.check_identity(&document)?;
        let content = document.get("content").cloned().unwrap_or_default();
        let wanted = match migration {
            OfferMigration::ToAutoscale => self.as_autoscale(),
            OfferMigration::ToManual => self.as_manual(),
            OfferMigration::None => self.same_mode(&content)?,
        };
        if wanted.maximum() < self.minimum() && migration == OfferMigration::None {
            return Err(refuse::bad_request(format!(
                "the throughput is {}, and the lowest allowed for this resource is {}",
                wanted.maximum(),
                self.minimum()
            )));
        }
        Ok(wanted)
    }

    fn check_identity(&self, document: &Value) -> Result<(), Failure> {
        let rid = self.rid.to_string();
        let resource = self.resource.to_string();
        for (property, expected) in [("id", &rid), ("_rid", &rid), ("offerResourceId", &resource)] {
            let given = document.get(property).and_then(Value::as_str);
            if given.is_some_and(|given| given != expected) {
                return Err(refuse::bad_request(format!(
                    "'{property}' of an offer cannot change"
                )));
            }
        }
        Ok(())
    }

    fn same_mode(&self, content: &Value) -> Result<Throughput, Failure> {
        let settings = content
            .get("offerAutopilotSettings")
            .filter(|settings| !settings.is_null());
        match (self.throughput, settings) {
            (Throughput::Autoscale { .. }, Some(settings)) => {
                let settings = serde_json::from_value(settings.clone()).map_err(|error| {
                    refuse::bad_request(format!("the autopilot settings are not valid: {error}"))
                })?;
                Throughput::of_settings(&settings)
            }
            (Throughput::Manual(_), None) => {
                let throughput = content.get("offerThroughput").and_then(Value::as_u64);
                let throughput = throughput.ok_or_else(|| {
                    refuse::bad_request("'content.offerThroughput' is not a number of RU/s")
                })?;
                ThroughputProperties::validate_manual(throughput).map_err(refuse::bad_request)?;
                Ok(Throughput::Manual(throughput))
            }
            _ => Err(refuse::bad_request(
                "a replace does not switch between manual and autoscale throughput unless it asks for the migration",
            )),
        }
    }

    fn as_autoscale(&self) -> Throughput {
        let least = ThroughputProperties::MIN_AUTOSCALE_MAXIMUM;
        let maximum = self.throughput.maximum().next_multiple_of(least).max(least);
        Throughput::Autoscale {
            maximum,
            increment_percent: None,
        }
    }

    fn as_manual(&self) -> Throughput {
        Throughput::Manual(
            self.throughput
                .maximum()
                .max(ThroughputProperties::MIN_MANUAL),
        )
    }
}
