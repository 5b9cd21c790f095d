//! What scripts of other origins need.

use http::HeaderName;

use super::SessionCarrying;

/// What the answers to scripts of other origins must allow, so that sessions are carried there too. To be given to the
/// layer that answers preflight requests, such as `CorsLayer` of tower-http:
/// `.allow_headers(cors.allow_headers).expose_headers(cors.expose_headers)`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CorsNeeds {
    /// For `Access-Control-Allow-Headers`: the header, if there is one.
    pub allow_headers: Vec<HeaderName>,
    /// For `Access-Control-Expose-Headers`: the same, so that scripts can read it.
    pub expose_headers: Vec<HeaderName>,
    /// Whether `Access-Control-Allow-Credentials` is needed: cookies carry sessions. They must be
    /// [`SameSite::None`](crate::carry::cookie::SameSite::None) then.
    pub credentials: bool,
}

impl SessionCarrying {
    /// What scripts of other origins need.
    pub fn cors(&self) -> CorsNeeds {
        let name = self.header_name();
        let names: Vec<HeaderName> = name
            .and_then(|name| HeaderName::try_from(name).ok())
            .into_iter()
            .collect();
        CorsNeeds {
            allow_headers: names.clone(),
            expose_headers: names,
            credentials: self.settings().cookies.is_some(),
        }
    }
}
