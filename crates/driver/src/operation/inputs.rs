//! What a caller may add to an operation. Each input becomes a header here, once; one that cannot be sent
//! is kept as the operation's flaw and reported when it is run.

use std::borrow::Cow;
use std::num::NonZeroU32;

use bytes::Bytes;
use cosmokit_protocol::id::Etag;
use cosmokit_protocol::session::SessionToken;
use cosmokit_protocol::wire::header;
use http::header::{IF_MATCH, IF_NONE_MATCH};
use http::{HeaderName, HeaderValue};

use super::CosmosOperation;
use crate::error::CosmosError;

/// A condition on the current etag of the resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// Only when the etag is this one; else 412.
    IfMatch(Etag),
    /// Only when the etag is another one; else 304 on a read, 412 on a write.
    IfNoneMatch(Etag),
}

impl Precondition {
    /// Only when the etag is this one.
    pub fn if_match(etag: impl Into<Etag>) -> Self {
        Self::IfMatch(etag.into())
    }

    /// Only when the etag is another one.
    pub fn if_none_match(etag: impl Into<Etag>) -> Self {
        Self::IfNoneMatch(etag.into())
    }
}

/// How many resources a page may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaxItemCountHint {
    /// The service decides.
    #[default]
    ServerDecides,
    /// At most this many.
    Limit(NonZeroU32),
}

impl CosmosOperation {
    /// Reads no older state than this token has seen; replaces what the driver itself knows.
    pub fn with_session_token(mut self, token: impl Into<SessionToken>) -> Self {
        let token = token.into();
        if token.as_str().is_empty() {
            self.refuse("the session token is empty; leave it out instead");
            return self;
        }
        self.with_text(header::SESSION_TOKEN, String::from(token), "session token")
    }

    /// Applies only under a condition.
    pub fn with_precondition(self, precondition: Precondition) -> Self {
        let (name, etag) = match precondition {
            Precondition::IfMatch(etag) => (IF_MATCH, etag),
            Precondition::IfNoneMatch(etag) => (IF_NONE_MATCH, etag),
        };
        self.with_text(name, String::from(etag), "etag")
    }

    /// Limits the resources of a page.
    pub fn with_max_item_count(mut self, limit: MaxItemCountHint) -> Self {
        let value = match limit {
            MaxItemCountHint::ServerDecides => HeaderValue::from_static("-1"),
            MaxItemCountHint::Limit(limit) => HeaderValue::from(limit.get()),
        };
        self.headers.insert(header::MAX_ITEM_COUNT, value);
        self
    }

    /// Starts the page where another one ended.
    pub fn with_continuation(mut self, token: impl Into<String>) -> Self {
        self.set_continuation(token.into());
        self
    }

    pub(crate) fn set_continuation(&mut self, token: String) {
        self.set_text(header::CONTINUATION, token, "continuation");
    }

    /// Asks for one header more. It replaces a header that the operation sets itself, except those that
    /// sign and identify the request.
    pub fn with_request_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The document or query to send.
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// The triggers that run before and after the write of an item, by id, in their order.
    pub fn with_triggers<I: AsRef<str>>(mut self, before: &[I], after: &[I]) -> Self {
        for (name, ids) in [
            (header::PRE_TRIGGER_INCLUDE, before),
            (header::POST_TRIGGER_INCLUDE, after),
        ] {
            if !ids.is_empty() {
                let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
                self.set_text(name, ids.join(","), "list of triggers");
            }
        }
        self
    }

    pub(super) fn with_text(mut self, name: HeaderName, text: String, what: &str) -> Self {
        self.set_text(name, text, what);
        self
    }

    pub(crate) fn set_text(&mut self, name: HeaderName, text: String, what: &str) {
        if let Ok(value) = HeaderValue::from_maybe_shared(Bytes::from(text)) {
            self.headers.insert(name, value);
        } else {
            self.refuse(format!(
                "the {what} holds characters that no header may have"
            ));
        }
    }

    fn refuse(&mut self, why: impl Into<Cow<'static, str>>) {
        self.flaw
            .get_or_insert_with(|| CosmosError::builder().with_message(why).build());
    }
}
