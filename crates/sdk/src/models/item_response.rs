//! The answer of an operation on one item.

use std::sync::Arc;

use cosmokit_driver::DiagnosticsContext;
use cosmokit_driver::{CosmosResponse, ResponseBody};
use serde::de::DeserializeOwned;

use super::{CosmosStatus, ResponseHeaders};
use crate::error::unreadable;

/// The answer of an operation on one item: status, headers, body, diagnostics.
///
/// A read has a body unless its status is 304. A write has one only when it was asked for with
/// [`ContentResponseOnWrite::Enabled`](crate::options::ContentResponseOnWrite::Enabled); a delete never has one.
#[derive(Clone, Debug)]
pub struct ItemResponse {
    status: CosmosStatus,
    headers: ResponseHeaders,
    body: ResponseBody,
    diagnostics: Arc<DiagnosticsContext>,
}

impl ItemResponse {
    pub(crate) fn new(response: CosmosResponse) -> Self {
        let (status, headers, body, diagnostics) = response.into_parts();
        Self {
            status,
            headers: headers.into(),
            body,
            diagnostics,
        }
    }

    /// The status: 200, 201, 204, or 304 for a read whose condition found nothing new.
    pub fn status(&self) -> CosmosStatus {
        self.status
    }

    /// All headers; `headers().etag()` is the item's version, `headers().request_charge()` what the call cost.
    pub fn headers(&self) -> &ResponseHeaders {
        &self.headers
    }

    /// The body as it came from the wire, borrowed.
    pub fn body(&self) -> &ResponseBody {
        &self.body
    }

    /// The body as it came from the wire: `into_body().single()` gives its bytes, unparsed.
    pub fn into_body(self) -> ResponseBody {
        self.body
    }

    /// Every attempt that the call made.
    pub fn diagnostics(&self) -> Arc<DiagnosticsContext> {
        Arc::clone(&self.diagnostics)
    }

    /// The item, read from the body.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// #[derive(serde::Deserialize)]
    /// struct Order { id: String, total: f64 }
    ///
    /// let order: Order = container.read_item("contoso", "o-1", None).await?.into_model()?;
    /// # let _ = (order.id, order.total);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is no body, or it is not a `T`.
    pub fn into_model<T: DeserializeOwned>(self) -> crate::Result<T> {
        self.body
            .into_single()
            .map_err(|error| unreadable::<T>(error, &self.diagnostics))
    }
}
