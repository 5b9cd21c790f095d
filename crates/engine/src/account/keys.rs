//! The account's four keys; the server checks signatures with them, the engine never does.

use cosmokit_protocol::wire::signing::Secret;

/// Base64 text of the published emulator key: every client for local work knows it.
pub const EMULATOR_KEY: &str =
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

/// Read-write and read-only keys, primary and secondary, as base64 text.
#[derive(Clone, Debug)]
pub struct AccountKeys {
    /// Read-write, primary.
    pub primary: Secret,
    /// Read-write, secondary.
    pub secondary: Secret,
    /// Read-only, primary.
    pub primary_read_only: Secret,
    /// Read-only, secondary.
    pub secondary_read_only: Secret,
}
