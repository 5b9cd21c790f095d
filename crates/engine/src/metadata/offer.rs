//! Offers: how much throughput a database or container has, and the rules for asking for it.

use cosmokit_protocol::{
    id::{Etag, Rid},
    resource::{
        OfferAutoscaleSettings, OfferContent, OfferMinimumThroughputParameters, SystemProperties,
        ThroughputProperties,
    },
};
use serde_json::Value;

use super::{database::seconds, json};
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

/// A throughput that is not in force yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) throughput: Throughput,
    /// When it comes into force.
    pub(crate) until: Timestamp,
}

/// The offer of a database or container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) rid: Rid,
    /// The database or container.
    pub(crate) resource: Rid,
    pub(crate) throughput: Throughput,
    /// What it becomes, while a replacement is being carried out.
    pub(crate) pending: Option<Pending>,
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
        "Invalid".clone_into(&mut offer.offer_type);
        "V2".clone_into(&mut offer.offer_version);
        offer.content = self.throughput.content();
        offer.content.offer_is_ru_per_minute_throughput_enabled = Some(false);
        offer.content.offer_minimum_throughput_parameters =
            Some(OfferMinimumThroughputParameters::new(self.most_ever, 0));
        let self_link = format!("offers/{rid}/");
        offer.system_properties =
            SystemProperties::new(rid, self_link, self.etag.clone(), seconds(self.at));
        serde_json::to_vec(&offer).expect("an offer document is plain JSON")
    }

    /// The offer at `now`: with what has come into force by then.
    pub(crate) fn settled(&self, now: Timestamp) -> Self {
        let due = self.pending.filter(|pending| pending.until <= now);
        match due {
            Some(Pending { throughput, .. }) => Self {
                throughput,
                pending: None,
                ..self.clone()
            },
            None => self.clone(),
        }
    }

    /// What answers about the offer say.
    pub(crate) fn facts(&self) -> OfferFacts {
        OfferFacts {
            replace_pending: self.pending.is_some(),
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
        let document: Value = json::read(body, "offer document")?;
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AUTOSCALE: Throughput = Throughput::Autoscale {
        maximum: 4000,
        increment_percent: None,
    };

    fn offer(throughput: Throughput, most_ever: u64) -> Offer {
        let resource = Rid::container(Rid::database(1), 1).unwrap();
        let at = Timestamp::from_secs(5);
        Offer {
            rid: Rid::offer([0, 0, 1]),
            resource,
            throughput,
            pending: None,
            most_ever,
            etag: Etag::from("\"e\""),
            at,
        }
    }

    #[test]
    fn headers_ask_for_throughput() {
        let check = |manual: Option<&str>,
                     autopilot: Option<&str>,
                     expected: Option<Option<Throughput>>| {
            let headers = ThroughputHeaders {
                manual: manual.map(str::to_owned),
                autopilot_settings: autopilot.map(str::to_owned),
            };
            assert_eq!(
                Throughput::of_headers(&headers).ok(),
                expected,
                "{headers:?}"
            );
        };
        check(None, None, Some(None));
        check(Some("400"), None, Some(Some(Throughput::Manual(400))));
        check(
            None,
            Some(r#"{"maxThroughput":4000}"#),
            Some(Some(AUTOSCALE)),
        );
        let raised = Throughput::Autoscale {
            maximum: 1000,
            increment_percent: Some(10),
        };
        check(
            None,
            Some(
                r#"{"maxThroughput":1000,"autoUpgradePolicy":{"throughputPolicy":{"incrementPercent":10}}}"#,
            ),
            Some(Some(raised)),
        );
        check(Some("400"), Some(r#"{"maxThroughput":4000}"#), None);
        for wrong in ["", "x", "-400", "399", "450", "4e2", "99999999999999999999"] {
            check(Some(wrong), None, None);
        }
        for wrong in [
            "",
            "{}",
            "4000",
            r#"{"maxThroughput":1500}"#,
            r#"{"maxThroughput":0}"#,
        ] {
            check(None, Some(wrong), None);
        }
    }

    #[test]
    fn a_document_has_the_service_form() {
        let document: Value = serde_json::from_slice(&offer(AUTOSCALE, 4000).document()).unwrap();
        assert_eq!(
            document,
            json!({
                "id": "AAAB", "_rid": "AAAB", "_self": "offers/AAAB/", "_etag": "\"e\"", "_ts": 5,
                "resource": "dbs/AAAAAQ==/colls/AAAAAYAAAAE=/", "offerResourceId": "AAAAAYAAAAE=",
                "offerType": "Invalid", "offerVersion": "V2",
                "content": {
                    "offerThroughput": 400, "offerIsRUPerMinuteThroughputEnabled": false,
                    "offerMinimumThroughputParameters":
                        {"maxThroughputEverProvisioned": 4000, "maxConsumedStorageEverInKB": 0},
                    "offerAutopilotSettings":
                        {"tier": 0, "maximumTierThroughput": 4000, "autoUpgrade": false, "maxThroughput": 4000},
                },
            })
        );
    }

    #[test]
    fn a_replacement_keeps_the_mode_and_the_minimum() {
        let check = |stored: &Offer, content: &Value, expected: Option<Throughput>| {
            let body = json!({"id": "AAAB", "content": content}).to_string();
            let got = stored.replacement(body.as_bytes(), OfferMigration::None);
            assert_eq!(got.ok(), expected, "{content}");
        };
        let manual = offer(Throughput::Manual(400), 400);
        check(
            &manual,
            &json!({"offerThroughput": 700}),
            Some(Throughput::Manual(700)),
        );
        check(&manual, &json!({"offerThroughput": 300}), None);
        check(&manual, &json!({"offerThroughput": 450}), None);
        check(&manual, &json!({"offerThroughput": "700"}), None);
        check(&manual, &json!({}), None);
        check(
            &manual,
            &json!({"offerAutopilotSettings": {"maxThroughput": 4000}}),
            None,
        );
        let was_large = offer(Throughput::Manual(50_000), 100_000);
        check(&was_large, &json!({"offerThroughput": 900}), None);
        check(
            &was_large,
            &json!({"offerThroughput": 1000}),
            Some(Throughput::Manual(1000)),
        );
        let autoscale = offer(AUTOSCALE, 4000);
        let raised = Throughput::Autoscale {
            maximum: 8000,
            increment_percent: None,
        };
        check(
            &autoscale,
            &json!({"offerAutopilotSettings": {"maxThroughput": 8000}}),
            Some(raised),
        );
        check(&autoscale, &json!({"offerThroughput": 700}), None);
    }

    #[test]
    fn a_migration_switches_the_mode() {
        let check = |stored: Throughput, migration, expected| {
            let got = offer(stored, stored.maximum()).replacement(b"{}", migration);
            assert_eq!(got.ok(), Some(expected));
        };
        let autoscale = |maximum| Throughput::Autoscale {
            maximum,
            increment_percent: None,
        };
        check(
            Throughput::Manual(400),
            OfferMigration::ToAutoscale,
            autoscale(1000),
        );
        check(
            Throughput::Manual(5_500),
            OfferMigration::ToAutoscale,
            autoscale(6000),
        );
        check(
            AUTOSCALE,
            OfferMigration::ToManual,
            Throughput::Manual(4000),
        );
    }

    #[test]
    fn an_offer_stays_with_its_resource() {
        for body in [
            json!({"id": "XXXX", "content": {"offerThroughput": 700}}),
            json!({"_rid": "XXXX", "content": {"offerThroughput": 700}}),
            json!({"offerResourceId": "XXXX", "content": {"offerThroughput": 700}}),
        ] {
            let stored = offer(Throughput::Manual(400), 400);
            assert!(
                stored
                    .replacement(body.to_string().as_bytes(), OfferMigration::None)
                    .is_err(),
                "{body}"
            );
        }
    }
}
