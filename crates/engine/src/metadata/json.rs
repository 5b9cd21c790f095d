//! Metadata documents as clients send them.

use cosmokit_protocol::status::StatusCode;
use serde::de::DeserializeOwned;

use crate::{refuse, response::Failure};

/// Largest metadata document in bytes.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// Reads a document; `what` names it in messages.
///
/// # Errors
/// 413 when it is too large, 400 when it is not JSON of the right shape.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8], what: &str) -> Result<T, Failure> {
    if body.len() > MAX_BYTES {
        return Err(Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "the {what} is {} bytes and the limit is {MAX_BYTES} bytes",
                body.len()
            ),
        ));
    }
    serde_json::from_slice(body)
        .map_err(|error| refuse::bad_request(format!("the {what} is not valid: {error}")))
}
