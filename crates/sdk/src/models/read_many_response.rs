//! The answer to a read of many items.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_driver::{DiagnosticsContext, ReadManyAnswer};
use cosmokit_protocol::wire::charge::RequestCharge;
use serde::de::DeserializeOwned;

use crate::error::unreadable;

/// Many items, in the order that was asked for.
#[derive(Clone, Debug)]
pub struct ReadManyResponse(ReadManyAnswer);

impl ReadManyResponse {
    pub(crate) fn new(answer: ReadManyAnswer) -> Self {
        Self(answer)
    }

    /// The items as JSON text, in the order that was asked for; `None` for one that is not there.
    pub fn items(&self) -> &[Option<Bytes>] {
        &self.0.items
    }

    /// The items as they came from the wire.
    pub fn into_items(self) -> Vec<Option<Bytes>> {
        self.0.items
    }

    /// What all requests cost together.
    pub fn request_charge(&self) -> RequestCharge {
        self.0.request_charge
    }

    /// Every attempt that was made.
    pub fn diagnostics(&self) -> Arc<DiagnosticsContext> {
        Arc::clone(&self.0.diagnostics)
    }

    /// The items, read from their text; `None` for one that is not there.
    ///
    /// # Errors
    /// When an item is not a `T`.
    pub fn into_models<T: DeserializeOwned>(self) -> crate::Result<Vec<Option<T>>> {
        let read = |item: &Option<Bytes>| {
            let item = item.as_ref().map(|item| serde_json::from_slice(item));
            item.transpose()
        };
        let items: serde_json::Result<Vec<Option<T>>> = self.0.items.iter().map(read).collect();
        items.map_err(|error| unreadable::<T>(error.into(), &self.0.diagnostics))
    }
}
