//! The account's four keys; the server checks signatures with them, the engine never does.

use cosmokit_protocol::wire::signing::{EMULATOR_KEY, MasterKey, Secret};

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
    /// This read-write key for both places, and read-only keys that are derived from it: whoever
    /// does not know it has none of the four.
    pub fn with_primary(primary: impl Into<Secret>) -> Self {
        let primary = primary.into();
        Self {
            secondary: primary.clone(),
            primary_read_only: read_only(&primary, "primary"),
            secondary_read_only: read_only(&primary, "secondary"),
            primary,
        }
    }
}

/// A read-only key that follows from a read-write one and not the other way round. A key that is
/// not base64 stays as it is, for the server to refuse.
fn read_only(key: &Secret, role: &str) -> Secret {
    MasterKey::try_from(key).map_or_else(
        |_| key.clone(),
        |key| key.derived(&format!("read-only {role}")),
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_ones_own_leaves_no_public_key_behind() {
        let own = AccountKeys::with_primary("c2VjcmV0");
        let public = AccountKeys::default();
        let all = |keys: &AccountKeys| {
            [
                &keys.primary,
                &keys.secondary,
                &keys.primary_read_only,
                &keys.secondary_read_only,
            ]
            .map(|key| key.secret().to_owned())
        };
        assert!(all(&own).iter().all(|key| !all(&public).contains(key)));
        assert_eq!(own, AccountKeys::with_primary("c2VjcmV0"));
        assert_ne!(own.primary_read_only, own.secondary_read_only);
        assert_ne!(own.primary_read_only, own.primary);
    }
}
