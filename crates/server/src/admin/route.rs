//! A route of the admin API: what it is called by, what it says of itself, and who answers. The router and the OpenAPI
//! document are both made from the same list, so that neither can forget one.

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::{Method, StatusCode};
use serde_json::Value;

use super::router::AdminState;

/// One method of one path.
pub(super) struct Route {
    pub(super) method: Method,
    /// Below `/_cosmokit`, with `{parameters}`.
    pub(super) path: &'static str,
    /// What it does, in a sentence.
    pub(super) summary: &'static str,
    /// Fields of the body, if it takes one.
    pub(super) body: &'static [Field],
    /// Parameters behind the `?`.
    pub(super) query: &'static [Field],
    /// The kind of its answer.
    pub(super) answer: &'static str,
    /// The status of its answer when it is no refusal.
    pub(super) status: StatusCode,
    pub(super) handler: MethodRouter<AdminState>,
}

/// A field of a body or of a query.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// A JSON schema type.
    pub(super) kind: &'static str,
    pub(super) about: &'static str,
    pub(super) needed: bool,
}

/// A field that must be given.
pub(super) const fn needed(name: &'static str, kind: &'static str, about: &'static str) -> Field {
    Field {
        name,
        kind,
        about,
        needed: true,
    }
}

/// A field that has a default.
pub(super) const fn optional(name: &'static str, kind: &'static str, about: &'static str) -> Field {
    Field {
        name,
        kind,
        about,
        needed: false,
    }
}

pub(super) const JSON: &str = "application/json";

impl Route {
    pub(super) fn get<H, T>(path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, AdminState>,
        T: 'static,
    {
        Self::new((Method::GET, MethodFilter::GET), path, summary, handler)
    }

    pub(super) fn post<H, T>(path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, AdminState>,
        T: 'static,
    {
        Self::new((Method::POST, MethodFilter::POST), path, summary, handler)
    }

    pub(super) fn put<H, T>(path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, AdminState>,
        T: 'static,
    {
        Self::new((Method::PUT, MethodFilter::PUT), path, summary, handler)
    }

    pub(super) fn delete<H, T>(path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, AdminState>,
        T: 'static,
    {
        Self::new(
            (Method::DELETE, MethodFilter::DELETE),
            path,
            summary,
            handler,
        )
    }

    pub(super) fn with_body(mut self, fields: &'static [Field]) -> Self {
        self.body = fields;
        self
    }

    pub(super) fn with_query(mut self, fields: &'static [Field]) -> Self {
        self.query = fields;
        self
    }

    pub(super) fn answering(mut self, kind: &'static str) -> Self {
        self.answer = kind;
        self
    }

    /// It makes something: 201.
    pub(super) fn creating(mut self) -> Self {
        self.status = StatusCode::CREATED;
        self
    }

    fn new<H, T>(
        (method, filter): (Method, MethodFilter),
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, AdminState>,
        T: 'static,
    {
        Self {
            method,
            path,
            summary,
            body: &[],
            query: &[],
            answer: JSON,
            status: StatusCode::OK,
            handler: on(filter, handler),
        }
    }

    /// Names in braces, in order.
    pub(super) fn path_parameters(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }
}

impl Field {
    /// Its JSON schema.
    pub(super) fn schema(self) -> Value {
        match self.kind {
            "strings" => {
                serde_json::json!({"type": "array", "items": {"type": "string"}, "description": self.about})
            }
            kind => serde_json::json!({"type": kind, "description": self.about}),
        }
    }
}
