//! Keys: the first of a ring protects, all open, so that a key is replaced without losing what the
//! one before protected.

use std::fmt;

use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// Keys that a ring holds at most.
pub const MAX_KEYS: usize = 16;
/// Bytes that a secret has at least.
pub const MIN_SECRET_BYTES: usize = 32;

/// How many bytes tell keys apart.
pub(super) const KEY_ID_BYTES: usize = 4;

/// Why a ring cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A secret is short.
    #[error("a secret of {0} bytes is too short: use at least {MIN_SECRET_BYTES} random bytes")]
    Short(usize),
    /// No secret, or too many.
    #[error("a key ring takes 1 to {MAX_KEYS} secrets and got {0}")]
    Count(usize),
    /// The same secret twice.
    #[error("two secrets of the key ring are alike")]
    Duplicate,
}

/// One key and what is derived from it.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) id: [u8; KEY_ID_BYTES],
    pub(super) cipher: XChaCha20Poly1305,
    mac: Hmac<Sha256>,
}

impl Key {
    fn new(secret: &[u8]) -> Result<Self, KeyError> {
        if secret.len() < MIN_SECRET_BYTES {
            return Err(KeyError::Short(secret.len()));
        }
        let [a, b, c, d, ..] = derive(secret, "key id");
        Ok(Self {
            id: [a, b, c, d],
            cipher: XChaCha20Poly1305::new(&derive(secret, "seal").into()),
            mac: keyed(&derive(secret, "sign")),
        })
    }

    /// The MAC of these parts, each with its length before it.
    pub(super) fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

/// Purposes are kept apart by deriving a key for each.
fn derive(secret: &[u8], purpose: &str) -> [u8; 32] {
    let mut mac = keyed(secret);
    mac.update(b"cosmokit-session 1 ");
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}

fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).expect("HMAC takes keys of every length")
}

/// Keys: the first protects, all open.
#[derive(Clone)]
pub struct KeyRing(Vec<Key>);

impl KeyRing {
    /// A ring of one secret: at least 32 random bytes, the same on every instance.
    ///
    /// # Errors
    /// [`KeyError::Short`].
    pub fn new(secret: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::with_secrets([secret])
    }

    /// A ring of several secrets: the first protects, the others only open what was protected
    /// before. To rotate, first add the new secret at the end everywhere, then move it to the
    /// front everywhere, then drop the old one when the longest lifetime has passed.
    ///
    /// # Errors
    /// [`KeyError`] for a secret that is short or stands twice, and for none or too many.
    pub fn with_secrets<S: AsRef<[u8]>>(
        secrets: impl IntoIterator<Item = S>,
    ) -> Result<Self, KeyError> {
        let mut keys: Vec<Key> = Vec::new();
        for secret in secrets {
            let key = Key::new(secret.as_ref())?;
            if keys.iter().any(|known| known.id == key.id) {
                return Err(KeyError::Duplicate);
            }
            keys.push(key);
        }
        if keys.is_empty() || keys.len() > MAX_KEYS {
            return Err(KeyError::Count(keys.len()));
        }
        Ok(Self(keys))
    }

    /// The key that protects.
    pub(super) fn first(&self) -> &Key {
        self.0.first().expect("a ring has at least one key")
    }

    /// The key with this id.
    pub(super) fn find(&self, id: &[u8]) -> Option<&Key> {
        self.0.iter().find(|key| key.id == id)
    }
}

/// Ids only.
impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|key| u32::from_be_bytes(key.id)))
            .finish()
    }
}
