//! Encryption by the client: which paths, with which key; and the wrapped keys themselves.

use serde::{Deserialize, Serialize};

use super::wire_word::wire_word;
use super::{IdRule, Refusal, SystemProperties, UnknownProperties};

/// Which properties clients encrypt before they send an item; fixed at the container's creation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClientEncryptionPolicy {
    /// One entry for each encrypted property.
    #[serde(default)]
    pub included_paths: Vec<ClientEncryptionIncludedPath>,
    /// 1, or 2 which also allows the id and the partition key.
    #[serde(default = "ClientEncryptionPolicy::first_version")]
    pub policy_format_version: u32,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl ClientEncryptionPolicy {
    /// A policy without paths; `policy_format_version` is 1 or 2.
    pub fn new(policy_format_version: u32) -> Self {
        Self {
            policy_format_version,
            ..Self::default()
        }
    }

    /// Adds a path.
    pub fn with_included_path(mut self, path: ClientEncryptionIncludedPath) -> Self {
        self.included_paths.push(path);
        self
    }

    fn first_version() -> u32 {
        1
    }
}

/// One property that clients encrypt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClientEncryptionIncludedPath {
    /// Path of the property; top level only.
    pub path: String,
    /// Id of the key, in the container's database.
    pub client_encryption_key_id: String,
    /// Whether equal values give equal ciphers.
    pub encryption_type: EncryptionType,
    /// The cipher, `AEAD_AES_256_CBC_HMAC_SHA256`.
    pub encryption_algorithm: String,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl ClientEncryptionIncludedPath {
    /// The property at `path`, encrypted with the key `client_encryption_key_id` and the only algorithm there is.
    pub fn new(
        path: impl Into<String>,
        client_encryption_key_id: impl Into<String>,
        encryption_type: EncryptionType,
    ) -> Self {
        Self {
            path: path.into(),
            client_encryption_key_id: client_encryption_key_id.into(),
            encryption_type,
            encryption_algorithm: AEAD_AES_256_CBC_HMAC_SHA256.to_owned(),
            unknown: UnknownProperties::new(),
        }
    }
}

/// The one algorithm of client encryption.
pub const AEAD_AES_256_CBC_HMAC_SHA256: &str = "AEAD_AES_256_CBC_HMAC_SHA256";

wire_word! {
    /// Whether equal values give equal ciphers.
    EncryptionType {
        /// Equal values give equal ciphers, so equality can be queried.
        Deterministic = "Deterministic",
        /// Every cipher is different.
        Randomized = "Randomized",
    }
}

/// A data key of a database, wrapped by a key outside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClientEncryptionKey {
    /// The id of the key.
    pub id: String,
    /// The cipher that the key is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_algorithm: Option<String>,
    /// The wrapped key in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapped_data_encryption_key: Option<String>,
    /// Which outer key wraps it, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_wrap_metadata: Option<KeyWrapMetadata>,
    /// `_rid`, `_self`, `_etag`, `_ts`.
    #[serde(flatten)]
    pub system_properties: SystemProperties,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl ClientEncryptionKey {
    /// Checks what the service refuses with 400.
    ///
    /// # Errors
    /// [`Refusal`] when the id breaks [`IdRule::CLIENT_ENCRYPTION_KEY`].
    pub fn validate(&self) -> Result<(), Refusal> {
        IdRule::CLIENT_ENCRYPTION_KEY.check(&self.id)
    }
}

/// Which outer key wraps a data key, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct KeyWrapMetadata {
    /// The key store, such as `AZURE_KEY_VAULT`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub store_type: Option<String>,
    /// A name for the outer key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the outer key is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// How the key is wrapped, such as `RSA-OAEP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}
