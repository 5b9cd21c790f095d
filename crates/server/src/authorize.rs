//! Checks a request's signature: which key made it, over which text, and how long ago. Pure: the
//! keys, the request's parts and the present instant are arguments.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use cosmokit_engine::AccountKeys;
use cosmokit_engine::clock::{Clock as _, SteeredClock};
use cosmokit_engine::request::Feature;
use cosmokit_engine::response::Failure;
use cosmokit_protocol::wire::signing::{Authorization, MasterKey, Signature, StringToSign};
use http::{HeaderMap, HeaderName, Method, StatusCode};

use crate::error::ServerError;
use crate::gateway_builder::system_time;
use crate::refusal;

/// How far a request's date may be from the server's, either way (protocol.md §4.1).
const TOLERATED_SKEW: Duration = Duration::from_secs(15 * 60);
const X_MS_DATE: HeaderName = HeaderName::from_static("x-ms-date");

/// What a request does to the account, as far as keys are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Leaves everything as it is.
    Read,
    /// Changes something; a read-only key may not.
    Write,
}

/// What a signature covers besides the dates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a Method,
    pub(crate) resource_type: &'a str,
    /// The link as the path names it, unescaped.
    pub(crate) link: &'a str,
    /// The other reading of a path whose database may be a name or a resource id.
    pub(crate) other_link: Option<&'a str>,
}

/// The account's keys, their schedules prepared.
#[derive(Debug)]
pub(crate) struct KeyRing([(MasterKey, Effect); 4]);

impl KeyRing {
    /// Prepares the keys.
    ///
    /// # Errors
    /// [`ServerError::Key`] when one is not base64.
    pub(crate) fn new(keys: &AccountKeys) -> Result<Self, ServerError> {
        let prepare = |role, secret| {
            MasterKey::try_from(secret).map_err(|source| ServerError::Key { role, source })
        };
        Ok(Self([
            (prepare("primary", &keys.primary)?, Effect::Write),
            (prepare("secondary", &keys.secondary)?, Effect::Write),
            (
                prepare("primary read-only", &keys.primary_read_only)?,
                Effect::Read,
            ),
            (
                prepare("secondary read-only", &keys.secondary_read_only)?,
                Effect::Read,
            ),
        ]))
    }

    /// Lets a request pass or refuses it.
    ///
    /// # Errors
    /// 401 for a missing, malformed or wrong authorization, 403 for a date too far away, 501 for
    /// kinds of tokens that this version does not know.
    pub(crate) fn authorize(
        &self,
        signed: Signed<'_>,
        effect: Effect,
        headers: &HeaderMap,
        clock: &SteeredClock,
    ) -> Result<(), Failure> {
        let value = headers.get(http::header::AUTHORIZATION).ok_or_else(|| {
            unauthorized(
                "the authorization header is required: sign the request with an account key",
            )
        })?;
        let signature = match Authorization::parse(value.as_bytes()) {
            Ok(Authorization::Master(signature)) => signature,
            Ok(Authorization::Resource(_)) => {
                return Err(refusal::unsupported(Feature::ResourceTokens));
            }
            Ok(Authorization::Aad(_)) => {
                return Err(Failure::new(
                    StatusCode::NOT_IMPLEMENTED,
                    "Microsoft Entra ID tokens are not implemented: sign with an account key",
                ));
            }
            Err(error) => return Err(unauthorized(&error.to_string())),
        };
        let dates = Dates::from_headers(headers)?;
        dates.check(clock)?;
        if self.matches(signed, effect, &dates, &signature) {
            return Ok(());
        }
        Err(mismatch(signed, &dates))
    }

    fn matches(
        &self,
        signed: Signed<'_>,
        effect: Effect,
        dates: &Dates<'_>,
        signature: &Signature,
    ) -> bool {
        signed.links().any(|link| {
            dates
                .texts()
                .into_iter()
                .flatten()
                .any(|(x_ms_date, http_date)| {
                    let text = StringToSign {
                        method: signed.method,
                        resource_type: signed.resource_type,
                        link: &link,
                        x_ms_date,
                        http_date,
                    };
                    self.0.iter().any(|(key, allowed)| {
                        (effect == Effect::Read || *allowed == Effect::Write)
                            && key.verify(&text, signature)
                    })
                })
        })
    }
}

impl<'a> Signed<'a> {
    /// The links that clients are known to sign for this path, the usual one first; the rest is
    /// made only when it is asked for.
    fn links(self) -> impl Iterator<Item = Cow<'a, str>> {
        let as_given = std::iter::once(Cow::Borrowed(self.link));
        let lowered = std::iter::once_with(move || Cow::Owned(self.link.to_lowercase()))
            .filter(move |lowered| lowered != self.link);
        as_given
            .chain(lowered)
            .chain(self.other_link.map(Cow::Borrowed))
    }
}

/// The two headers that may date a request.
#[derive(Debug)]
struct Dates<'a> {
    x_ms_date: &'a str,
    http_date: &'a str,
}

impl<'a> Dates<'a> {
    fn from_headers(headers: &'a HeaderMap) -> Result<Self, Failure> {
        let text = |name| -> Result<&'a str, Failure> {
            let Some(value) = headers.get(name) else {
                return Ok("");
            };
            value
                .to_str()
                .map_err(|_| unauthorized("the date of the request is not readable text"))
        };
        let dates = Self {
            x_ms_date: text(X_MS_DATE)?,
            http_date: text(http::header::DATE)?,
        };
        if dates.used().is_empty() {
            return Err(unauthorized(
                "the request has no x-ms-date header, which its signature must cover",
            ));
        }
        Ok(dates)
    }

    /// The date that counts: `x-ms-date`, else `date`.
    fn used(&self) -> &'a str {
        if self.x_ms_date.is_empty() {
            self.http_date
        } else {
            self.x_ms_date
        }
    }

    /// A client in this process may go by the account's clock, which can be moved; one in another process goes by
    /// the computer's.
    fn check(&self, clock: &SteeredClock) -> Result<(), Failure> {
        let date = httpdate::parse_http_date(self.used()).map_err(|_| {
            unauthorized("x-ms-date is not an RFC 1123 date, such as Thu, 27 Apr 2017 00:51:12 GMT")
        })?;
        let is_near = |now: SystemTime| {
            let skew = now
                .duration_since(date)
                .unwrap_or_else(|ahead| ahead.duration());
            skew <= TOLERATED_SKEW
        };
        let unsteered = system_time(clock.unsteered());
        if is_near(unsteered) || is_near(system_time(clock.now())) {
            return Ok(());
        }
        let message = format!(
            "the date of the request, {}, is more than {} minutes away from the server's, {}: check the client's clock",
            self.used(),
            TOLERATED_SKEW.as_secs() / 60,
            httpdate::fmt_http_date(unsteered),
        );
        Err(Failure::new(StatusCode::FORBIDDEN, message))
    }

    /// The date lines that clients are known to sign: `date` counts only without `x-ms-date`, or
    /// when a client signed both.
    fn texts(&self) -> [Option<(&'a str, &'a str)>; 2] {
        if self.x_ms_date.is_empty() {
            [Some(("", self.http_date)), None]
        } else {
            let both = (!self.http_date.is_empty()).then_some((self.x_ms_date, self.http_date));
            [Some((self.x_ms_date, "")), both]
        }
    }
}

fn unauthorized(message: &str) -> Failure {
    Failure::new(StatusCode::UNAUTHORIZED, message)
}

/// One answer for a wrong key, a wrong text and a read-only key on a write.
fn mismatch(signed: Signed<'_>, dates: &Dates<'_>) -> Failure {
    let [usual, _] = dates.texts();
    let (x_ms_date, http_date) = usual.unwrap_or_default();
    let text = StringToSign {
        method: signed.method,
        resource_type: signed.resource_type,
        link: signed.link,
        x_ms_date,
        http_date,
    };
    let text = text.to_string().replace('\n', "\\n");
    unauthorized(&format!(
        "the signature is not that of a key which allows this request; the server signed '{text}'"
    ))
}

#[cfg(test)]
#[path = "authorize_tests.rs"]
mod tests;
