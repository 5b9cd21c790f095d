//! An account key, ready to sign.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderValue;
use sha2::Sha256;

use super::authorization::Signature;
use super::secret::Secret;
use super::string_to_sign::StringToSign;

/// The key of every emulator, published by Microsoft; the default key of the local account.
/// <https://learn.microsoft.com/azure/cosmos-db/emulator>
pub const EMULATOR_KEY: &str =
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

/// A key that is not base64, or is empty. The text is never quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not base64.
    #[error("account key is not base64; copy it whole, with its '=' at the end")]
    NotBase64,
    /// No bytes.
    #[error("account key is empty")]
    Empty,
}

/// An account key with its HMAC-SHA256 key schedule prepared: signing copies the prepared state
/// instead of decoding and hashing the key again. Cheap to clone; `Debug` shows nothing of it.
#[derive(Clone)]
pub struct MasterKey {
    prepared: Hmac<Sha256>,
}

impl MasterKey {
    /// Prepares a key from its base64 form.
    ///
    /// # Errors
    /// When `text` is not base64 or empty. Blanks around it are ignored.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let bytes = STANDARD
            .decode(text.trim_ascii())
            .map_err(|_| KeyError::NotBase64)?;
        if bytes.is_empty() {
            return Err(KeyError::Empty);
        }
        let prepared = Hmac::new_from_slice(&bytes).map_err(|_| KeyError::Empty)?;
        Ok(Self { prepared })
    }

    /// Signs.
    pub fn sign(&self, text: &StringToSign<'_>) -> Signature {
        Signature(self.mac_of(text).finalize().into_bytes().into())
    }

    /// Whether `signature` is this key's for `text`; takes the same time wherever they differ.
    pub fn verify(&self, text: &StringToSign<'_>, signature: &Signature) -> bool {
        self.mac_of(text).verify_slice(&signature.0).is_ok()
    }

    /// Signs and writes the value of the `authorization` header, percent-encoded, with one
    /// allocation. The value is marked sensitive.
    pub fn authorization(&self, text: &StringToSign<'_>) -> HeaderValue {
        self.sign(text).to_header()
    }

    /// A key that follows from this one and not the other way round: the HMAC of `label`, in
    /// base64. A local account makes its read-only keys so from a key that its user chose.
    pub fn derived(&self, label: &str) -> Secret {
        let mac = self.prepared.clone().chain_update(label);
        Secret::new(STANDARD.encode(mac.finalize().into_bytes()))
    }

    fn mac_of(&self, text: &StringToSign<'_>) -> Hmac<Sha256> {
        let mut mac = self.prepared.clone();
        text.for_each_piece(|piece| mac.update(piece));
        mac
    }
}

impl TryFrom<&Secret> for MasterKey {
    type Error = KeyError;

    fn try_from(secret: &Secret) -> Result<Self, Self::Error> {
        Self::from_base64(secret.secret())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}
