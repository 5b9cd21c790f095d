//! The error of this crate is the driver's: it says what happened, what was tried, and whether a write may have been
//! applied. With the feature `entra` it converts into `azure_core::Error`.

use std::sync::Arc;

use cosmokit_driver::DiagnosticsContext;
pub use cosmokit_driver::{CosmosError, CosmosErrorBuilder, ErrorKind, Result};
pub use cosmokit_protocol::status::{CosmosStatus, HttpStatus, SubStatusCode};

/// The error for a body that is not what the caller asked for, with the attempts that brought the body.
pub(crate) fn unreadable<T>(
    error: CosmosError,
    diagnostics: &Arc<DiagnosticsContext>,
) -> CosmosError {
    CosmosError::builder()
        .with_kind(error.kind())
        .with_status(error.status())
        .with_message(format!(
            "the body of the response is no {}",
            std::any::type_name::<T>()
        ))
        .with_source(error)
        .with_diagnostics(Arc::clone(diagnostics))
        .build()
}
