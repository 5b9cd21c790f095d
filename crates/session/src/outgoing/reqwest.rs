//! The same for `reqwest`, as a `reqwest-middleware`.
//!
//! Reqwest follows redirects below the middleware and keeps headers that it does not know to be sensitive: build the
//! client with `redirect(Policy::none())`, or with a policy that stops at hosts off the list.

use http::Extensions;
use reqwest_middleware::reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next};

use super::{HostList, OutgoingLayer};
use crate::SessionCarrying;

/// A `reqwest-middleware` that takes the session of the task along; see [`OutgoingLayer`].
#[derive(Clone, Debug)]
pub struct OutgoingMiddleware(OutgoingLayer);

impl OutgoingMiddleware {
    /// Takes sessions along to these hosts.
    pub fn new(carrying: SessionCarrying, hosts: HostList) -> Self {
        Self(OutgoingLayer::new(carrying, hosts))
    }
}

#[async_trait::async_trait]
impl Middleware for OutgoingMiddleware {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let Some((name, value, user)) = self.0.going_along(request.url().host_str()) else {
            return next.run(request, extensions).await;
        };
        if let Some(value) = value {
            request.headers_mut().insert(name.clone(), value);
        }
        let response = next.run(request, extensions).await?;
        let lines = response.headers().get_all(name);
        user.take_in(lines.iter().filter_map(|line| line.to_str().ok()));
        Ok(response)
    }
}
