//! The account's four keys; the server checks signatures with them, the engine never does.

use cosmokit_protocol::wire::signing::{EMULATOR_KEY, Secret};

/// Read-write and read-only keys, primary and secondary, as base64 text.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl AccountKeys {
    /// This read-write key, and read-only keys that are derived from the well-known one and
    /// differ from it.
    pub fn with_primary(primary: impl Into<Secret>) -> Self {
        Self {
            primary: primary.into(),
            ..Self::default()
        }
    }
}

impl Default for AccountKeys {
    /// The emulator's well-known key for both read-write keys; fixed, equally public texts for
    /// the read-only ones.
    fn default() -> Self {
        Self {
            primary: Secret::from_static(EMULATOR_KEY),
            secondary: Secret::from_static(EMULATOR_KEY),
            primary_read_only: Secret::from_static(
                "Y29zbW9raXQgbG9jYWwgYWNjb3VudCwgcHJpbWFyeSByZWFkLW9ubHkga2V5ICAgICAgICAgICAgICAgICAgICA=",
            ),
            secondary_read_only: Secret::from_static(
                "Y29zbW9raXQgbG9jYWwgYWNjb3VudCwgc2Vjb25kYXJ5IHJlYWQtb25seSBrZXkgICAgICAgICAgICAgICAgICA=",
            ),
        }
    }
}
