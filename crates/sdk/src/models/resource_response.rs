//! The answer of an operation on a database or container.

use std::marker::PhantomData;
use std::sync::Arc;

use cosmokit_driver::DiagnosticsContext;
use cosmokit_driver::{CosmosResponse, ResponseBody};
use serde::de::DeserializeOwned;

use super::{CosmosStatus, ItemResponse, ResponseHeaders};

/// The answer of an operation on a database or container, whose document is a `T`.
#[derive(Clone, Debug)]
pub struct ResourceResponse<T> {
    response: ItemResponse,
    document: PhantomData<fn() -> T>,
}

impl<T> ResourceResponse<T> {
    pub(crate) fn new(response: CosmosResponse) -> Self {
        Self {
            response: ItemResponse::new(response),
            document: PhantomData,
        }
    }

    /// The status: 200, 201 or 204.
    pub fn status(&self) -> CosmosStatus {
        self.response.status()
    }

    /// All headers.
    pub fn headers(&self) -> &ResponseHeaders {
        self.response.headers()
    }

    /// The body as it came from the wire, borrowed.
    pub fn body(&self) -> &ResponseBody {
        self.response.body()
    }

    /// The body as it came from the wire.
    pub fn into_body(self) -> ResponseBody {
        self.response.into_body()
    }

    /// Every attempt that the call made.
    pub fn diagnostics(&self) -> Arc<DiagnosticsContext> {
        self.response.diagnostics()
    }
}

impl<T: DeserializeOwned> ResourceResponse<T> {
    /// The document, read from the body.
    ///
    /// ```no_run
    /// # async fn f(client: cosmokit::CosmosClient) -> cosmokit::Result<()> {
    /// let database = client.create_database("shop", None).await?.into_model()?;
    /// # let _ = database;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is no body, or it is not a `T`.
    pub fn into_model(self) -> crate::Result<T> {
        self.response.into_model()
    }
}
