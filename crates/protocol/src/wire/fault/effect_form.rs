//! The JSON form of an effect: every action's field beside the others, of which one may be given.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::effect::{
    BodyCut, FaultAction, FaultEffect, FaultMoment, FaultResponse, InvalidFaultEffect,
    ReplicationFault, SlowBody,
};
use super::millis;
use crate::status::SubStatusCode;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EffectForm {
    #[serde(
        rename = "delayMs",
        with = "millis",
        skip_serializing_if = "Option::is_none"
    )]
    delay: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    substatus: Option<SubStatusCode>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drop_connection: Option<FaultMoment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_answer: Option<FaultMoment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut_body: Option<BodyCut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slow_body: Option<SlowBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refuse_tls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_replication: Option<ReplicationFault>,
}

impl TryFrom<EffectForm> for FaultEffect {
    type Error = InvalidFaultEffect;

    fn try_from(mut form: EffectForm) -> Result<Self, InvalidFaultEffect> {
        let delay = form.delay;
        let mut given = Vec::new();
        if let Some(answer) = form.take_answer()? {
            given.push(("status", FaultAction::Respond(answer)));
        }
        if let Some(moment) = form.drop_connection {
            given.push(("dropConnection", FaultAction::DropConnection(moment)));
        }
        if let Some(moment) = form.no_answer {
            given.push(("noAnswer", FaultAction::NoAnswer(moment)));
        }
        if let Some(cut) = form.cut_body {
            given.push(("cutBody", FaultAction::CutBody(cut)));
        }
        if let Some(slow) = form.slow_body {
            if slow.chunk_bytes == 0 {
                return Err(InvalidFaultEffect::EmptyChunk);
            }
            given.push(("slowBody", FaultAction::SlowBody(slow)));
        }
        match form.refuse_tls {
            Some(true) => given.push(("refuseTls", FaultAction::RefuseTls)),
            Some(false) => return Err(InvalidFaultEffect::RefuseTls),
            None => {}
        }
        if let Some(held) = form.delay_replication {
            given.push(("delayReplication", FaultAction::DelayReplication(held)));
        }
        if given.len() > 1 {
            let names: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
            return Err(InvalidFaultEffect::TwoActions(names.join(" and ")));
        }
        let action = given.pop().map(|(_, action)| action);
        Ok(Self { delay, action })
    }
}

impl EffectForm {
    fn take_answer(&mut self) -> Result<Option<FaultResponse>, InvalidFaultEffect> {
        let Some(number) = self.status else {
            let orphans = [
                ("substatus", self.substatus.is_some()),
                ("headers", !self.headers.is_empty()),
                ("body", self.body.is_some()),
            ];
            return match orphans.into_iter().find(|(_, given)| *given) {
                Some((field, _)) => Err(InvalidFaultEffect::NoStatus(field)),
                None => Ok(None),
            };
        };
        let status = StatusCode::from_u16(number)
            .ok()
            .filter(|_| (200..600).contains(&number))
            .ok_or(InvalidFaultEffect::Status(number))?;
        let headers = std::mem::take(&mut self.headers);
        let unsendable = headers.iter().find(|(name, value)| {
            HeaderName::try_from(*name).is_err() || HeaderValue::try_from(*value).is_err()
        });
        if let Some((name, _)) = unsendable {
            return Err(InvalidFaultEffect::Header(name.clone()));
        }
        Ok(Some(FaultResponse {
            status,
            substatus: self.substatus,
            headers,
            body: self.body.take(),
        }))
    }
}

impl From<FaultEffect> for EffectForm {
    fn from(effect: FaultEffect) -> Self {
        let mut form = Self {
            delay: effect.delay,
            ..Self::default()
        };
        match effect.action {
            None => {}
            Some(FaultAction::Respond(answer)) => {
                form.status = Some(answer.status.as_u16());
                form.substatus = answer.substatus;
                form.headers = answer.headers;
                form.body = answer.body;
            }
            Some(FaultAction::DropConnection(moment)) => form.drop_connection = Some(moment),
            Some(FaultAction::NoAnswer(moment)) => form.no_answer = Some(moment),
            Some(FaultAction::CutBody(cut)) => form.cut_body = Some(cut),
            Some(FaultAction::SlowBody(slow)) => form.slow_body = Some(slow),
            Some(FaultAction::RefuseTls) => form.refuse_tls = Some(true),
            Some(FaultAction::DelayReplication(held)) => form.delay_replication = Some(held),
        }
        form
    }
}
