//! Understands the account document.

use cosmokit_protocol::resource::AccountProperties;

use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::response::CosmosResponse;

/// Bytes that an account document may have; real ones are below 10 KB.
const MAX_ACCOUNT_DOCUMENT_BYTES: usize = 1024 * 1024;

/// The account document in the answer to an account read.
///
/// # Errors
/// When the body is no account document.
pub(crate) fn read_properties(response: CosmosResponse) -> Result<AccountProperties> {
    let diagnostics = response.diagnostics();
    let body = response.into_body().into_bytes();
    let refused = |message: String| {
        CosmosError::builder()
            .with_kind(ErrorKind::Contract)
            .with_status(client::CONTRACT)
            .with_message(message)
            .with_diagnostics(diagnostics.clone())
    };
    if body.len() > MAX_ACCOUNT_DOCUMENT_BYTES {
        let message = format!(
            "the account document has {} bytes; at most {MAX_ACCOUNT_DOCUMENT_BYTES} are read",
            body.len()
        );
        return Err(refused(message).build());
    }
    serde_json::from_slice(&body).map_err(|error| {
        refused("what the endpoint answered is no account document; is it a Cosmos DB for NoSQL endpoint?".to_owned())
            .with_source(error)
            .build()
    })
}
