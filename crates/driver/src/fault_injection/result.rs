//! What an injected fault does: a ready-made failure or an answer of one's own, a delay, a probability.

use std::time::Duration;

use bytes::Bytes;
use cosmokit_protocol::wire::fault::Probability;
use cosmokit_protocol::wire::header;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use super::FaultInjectionErrorType;

/// What a rule does to the requests that it applies to.
#[derive(Clone, Debug)]
pub struct FaultInjectionResult {
    error_type: Option<FaultInjectionErrorType>,
    custom_response: Option<CustomResponse>,
    delay: Option<Duration>,
    pub(super) probability: Probability,
}

impl FaultInjectionResult {
    /// The ready-made failure, if there is one.
    pub fn error_type(&self) -> Option<FaultInjectionErrorType> {
        self.error_type
    }

    /// The answer in place of the service's, if there is one.
    pub fn custom_response(&self) -> Option<&CustomResponse> {
        self.custom_response.as_ref()
    }

    /// The wait before anything else happens.
    pub fn delay(&self) -> Option<Duration> {
        self.delay
    }

    /// How likely a matching request is hit, from 0 to 1.
    pub fn probability(&self) -> f32 {
        #[expect(clippy::cast_possible_truncation, reason = "it was given as an f32")]
        {
            self.probability.value() as f32
        }
    }
}

/// Builds a [`FaultInjectionResult`].
#[derive(Clone, Debug)]
#[must_use]
pub struct FaultInjectionResultBuilder(FaultInjectionResult);

impl Default for FaultInjectionResultBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl FaultInjectionResultBuilder {
    /// Starts with a fault that does nothing, to each matching request.
    pub fn new() -> Self {
        Self(FaultInjectionResult {
            error_type: None,
            custom_response: None,
            delay: None,
            probability: Probability::ALWAYS,
        })
    }

    /// Fails like this. Takes the place of a custom response.
    pub fn with_error(mut self, error_type: FaultInjectionErrorType) -> Self {
        self.0.error_type = Some(error_type);
        self.0.custom_response = None;
        self
    }

    /// Answers this; the service does not see the request. Takes the place of an error.
    pub fn with_custom_response(mut self, response: CustomResponse) -> Self {
        self.0.custom_response = Some(response);
        self.0.error_type = None;
        self
    }

    /// Waits before the failure or answer, or, without either, before the request is sent as usual. The wait
    /// counts towards the attempt's timeout; when that comes first, nobody can tell whether the request was sent.
    pub fn with_delay(mut self, delay: Duration) -> Self {
        self.0.delay = Some(delay);
        self
    }

    /// Hits a matching request only with this probability, from 0 to 1 (what is outside is brought to the nearest
    /// end; NaN is 0). Default 1. Drawn from the runtime's entropy, so that a seeded runtime repeats.
    pub fn with_probability(mut self, probability: f32) -> Self {
        let within = if probability.is_nan() {
            0.0
        } else {
            probability.clamp(0.0, 1.0)
        };
        self.0.probability = Probability::try_from(f64::from(within)).unwrap_or_default();
        self
    }

    /// The result.
    pub fn build(self) -> FaultInjectionResult {
        self.0
    }
}

/// An answer in place of the service's.
#[derive(Clone, Debug)]
pub struct CustomResponse {
    status_code: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// A status or header that cannot be sent.
    pub(super) flaw: Option<String>,
}

impl CustomResponse {
    /// The status.
    pub fn status_code(&self) -> StatusCode {
        self.status_code
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn to_response(&self) -> Response<Bytes> {
        let mut response = Response::new(self.body.clone());
        *response.status_mut() = self.status_code;
        response.headers_mut().clone_from(&self.headers);
        response
    }
}

/// Builds a [`CustomResponse`].
#[derive(Clone, Debug)]
#[must_use]
pub struct CustomResponseBuilder(CustomResponse);

impl CustomResponseBuilder {
    /// Starts with a status, no headers and no body. The status is a number, or the status type of `http` or of
    /// `azure_core`. One outside 100 to 999 makes the builder that gets the rule refuse it.
    pub fn new(status_code: impl Into<u16>) -> Self {
        let number = status_code.into();
        let status_code = StatusCode::from_u16(number);
        Self(CustomResponse {
            flaw: status_code.is_err().then(|| format!("status {number}")),
            status_code: status_code.unwrap_or_default(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        })
    }

    /// Adds a header. One that cannot be sent makes the builder that gets the rule refuse it.
    pub fn with_header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let parsed = (
            HeaderName::try_from(name.as_ref()),
            HeaderValue::try_from(value.as_ref()),
        );
        if let (Ok(name), Ok(value)) = parsed {
            self.0.headers.insert(name, value);
        } else {
            self.0.flaw = Some(format!("{:?}: {:?}", name.as_ref(), value.as_ref()));
        }
        self
    }

    /// The substatus.
    pub fn with_sub_status(mut self, code: u16) -> Self {
        self.0
            .headers
            .insert(header::SUBSTATUS, HeaderValue::from(code));
        self
    }

    /// The body.
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.0.body = body.into();
        self
    }

    /// The response.
    pub fn build(self) -> CustomResponse {
        self.0
    }
}
