//! Protects payloads and opens them.

use chacha20poly1305::aead::{Aead as _, Payload};
use hmac::Mac as _;

use super::key::{KEY_ID_BYTES, Key};
use super::{KeyRing, Purpose};
use crate::entropy::{Entropy, NoEntropy};

const SEALED: u8 = 1;
const SIGNED: u8 = 2;
const PLAIN: u8 = 3;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// How values are protected.
#[derive(Clone, Debug)]
pub enum Protection {
    /// Nobody can read or change them. The choice for everything that leaves the data centre.
    Sealed(KeyRing),
    /// Anybody can read and nobody can change them: they show how much an account is written to.
    Signed(KeyRing),
    /// Anybody can read and change them. For tests, and for networks in which every sender is
    /// trusted: whoever sends a position decides what the account is asked for.
    UnsafePlain,
}

/// Why a value is not opened. None of these is the user's fault or concern: a request without a
/// session follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A form that this version does not know: not to be deleted, another instance may know it.
    #[error("the value has a form that this version does not know")]
    Unknown,
    /// A form that is weaker than asked for.
    #[error("the value is protected less than is asked for")]
    Weak,
    /// The key is not in the ring.
    #[error("the value was protected by a key that is not in the ring")]
    UnknownKey,
    /// Changed, cut short, or made for another purpose.
    #[error("the value was changed or made for another purpose")]
    Forged,
}

/// Protects payloads and opens them.
#[derive(Clone, Debug)]
pub struct Sealer {
    protection: Protection,
    entropy: Entropy,
}

impl Sealer {
    /// Protects like this; nonces come from the operating system.
    pub fn new(protection: Protection) -> Self {
        Self::with_entropy(protection, Entropy::system())
    }

    /// Protects like this, with nonces from `entropy`.
    pub fn with_entropy(protection: Protection, entropy: Entropy) -> Self {
        Self {
            protection,
            entropy,
        }
    }

    /// Bytes that the protection adds to a payload.
    pub fn overhead(&self) -> usize {
        match &self.protection {
            Protection::Sealed(_) => 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES,
            Protection::Signed(_) => 1 + KEY_ID_BYTES + TAG_BYTES,
            Protection::UnsafePlain => 1,
        }
    }

    /// Protects a payload for a purpose.
    ///
    /// # Errors
    /// [`NoEntropy`] when the operating system gives no random bytes.
    pub fn protect(&self, payload: &[u8], purpose: &Purpose) -> Result<Vec<u8>, NoEntropy> {
        let mut out = Vec::with_capacity(payload.len() + self.overhead());
        match &self.protection {
            Protection::Sealed(ring) => {
                let key = ring.first();
                let nonce: [u8; NONCE_BYTES] = self.entropy.bytes()?;
                out.push(SEALED);
                out.extend_from_slice(&key.id);
                out.extend_from_slice(&nonce);
                out.extend_from_slice(&seal(key, &nonce, payload, purpose));
            }
            Protection::Signed(ring) => {
                let key = ring.first();
                out.push(SIGNED);
                out.extend_from_slice(&key.id);
                out.extend_from_slice(payload);
                let mac = key
                    .mac(&[&purpose.associated_data(), payload])
                    .finalize()
                    .into_bytes();
                out.extend(mac.iter().take(TAG_BYTES));
            }
            Protection::UnsafePlain => {
                out.push(PLAIN);
                out.extend_from_slice(payload);
            }
        }
        Ok(out)
    }

    /// Opens a value that was protected for this purpose; returns its payload. A value protected
    /// more than is asked for opens too when the ring has its key.
    ///
    /// # Errors
    /// [`SealError`]. How long it takes does not depend on what is wrong with a forged value.
    pub fn open(&self, value: &[u8], purpose: &Purpose) -> Result<Vec<u8>, SealError> {
        let (form, rest) = value.split_first().ok_or(SealError::Unknown)?;
        match (form, &self.protection) {
            (&SEALED, Protection::Sealed(ring) | Protection::Signed(ring)) => {
                let (key, rest) = key_of(rest, ring)?;
                unseal(key, rest, purpose)
            }
            (&SIGNED, Protection::Signed(ring)) => {
                let (key, rest) = key_of(rest, ring)?;
                verify(key, rest, purpose)
            }
            (&PLAIN, Protection::UnsafePlain) => Ok(rest.to_vec()),
            (&SEALED | &SIGNED, Protection::UnsafePlain) => Err(SealError::UnknownKey),
            (&SIGNED | &PLAIN, _) => Err(SealError::Weak),
            _ => Err(SealError::Unknown),
        }
    }
}

fn key_of<'k, 'v>(value: &'v [u8], ring: &'k KeyRing) -> Result<(&'k Key, &'v [u8]), SealError> {
    let (id, rest) = value
        .split_at_checked(KEY_ID_BYTES)
        .ok_or(SealError::Forged)?;
    Ok((ring.find(id).ok_or(SealError::UnknownKey)?, rest))
}

fn seal(key: &Key, nonce: &[u8; NONCE_BYTES], payload: &[u8], purpose: &Purpose) -> Vec<u8> {
    let aad = purpose.associated_data();
    let payload = Payload {
        msg: payload,
        aad: &aad,
    };
    key.cipher
        .encrypt(&(*nonce).into(), payload)
        .expect("payloads are far below the cipher's limit of 256 GB")
}

fn unseal(key: &Key, value: &[u8], purpose: &Purpose) -> Result<Vec<u8>, SealError> {
    let (nonce, sealed) = value
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or(SealError::Forged)?;
    let aad = purpose.associated_data();
    let payload = Payload {
        msg: sealed,
        aad: &aad,
    };
    key.cipher
        .decrypt(&(*nonce).into(), payload)
        .map_err(|_| SealError::Forged)
}

fn verify(key: &Key, value: &[u8], purpose: &Purpose) -> Result<Vec<u8>, SealError> {
    let at = value
        .len()
        .checked_sub(TAG_BYTES)
        .ok_or(SealError::Forged)?;
    let (payload, mac) = value.split_at_checked(at).ok_or(SealError::Forged)?;
    key.mac(&[&purpose.associated_data(), payload])
        .verify_truncated_left(mac)
        .map_err(|_| SealError::Forged)?;
    Ok(payload.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::KeyError;

    const SECRET: [u8; 32] = [7; 32];

    fn sealers() -> [Sealer; 3] {
        let ring = || KeyRing::new(SECRET).unwrap();
        [
            Protection::Sealed(ring()),
            Protection::Signed(ring()),
            Protection::UnsafePlain,
        ]
        .map(Sealer::new)
    }

    fn purpose() -> Purpose {
        Purpose::new("shop", "cookie:csmsdb")
    }

    #[test]
    fn opens_what_it_protected() {
        for sealer in sealers() {
            for payload in [&b""[..], b"x", &[9; 4_000]] {
                let value = sealer.protect(payload, &purpose()).unwrap();
                assert_eq!(value.len(), payload.len() + sealer.overhead());
                assert_eq!(sealer.open(&value, &purpose()).unwrap(), payload);
            }
        }
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_noticed() {
        let [sealed, signed, _] = sealers();
        for sealer in [sealed, signed] {
            let value = sealer.protect(b"positions of a user", &purpose()).unwrap();
            for at in 0..value.len() {
                for bit in 0..8 {
                    let mut changed = value.clone();
                    changed[at] ^= 1 << bit;
                    assert!(sealer.open(&changed, &purpose()).is_err(), "{at} {bit}");
                }
                assert!(
                    sealer.open(&value[..at], &purpose()).is_err(),
                    "cut at {at}"
                );
            }
            let longer = [&value[..], &[0]].concat();
            assert_eq!(sealer.open(&longer, &purpose()), Err(SealError::Forged));
        }
    }

    #[test]
    fn another_purpose_is_refused() {
        let [sealed, signed, _] = sealers();
        let others = [
            Purpose::new("shop", "header:csmsdb"),
            Purpose::new("blog", "cookie:csmsdb"),
            Purpose::new("shopcookie", ":csmsdb"),
            purpose().bound_to("ann"),
            purpose().bound_to(""),
        ];
        for sealer in [sealed, signed] {
            let value = sealer.protect(b"x", &purpose()).unwrap();
            for other in &others {
                assert_eq!(
                    sealer.open(&value, other),
                    Err(SealError::Forged),
                    "{other:?}"
                );
            }
            let bound = sealer.protect(b"x", &purpose().bound_to("ann")).unwrap();
            assert_eq!(
                sealer.open(&bound, &purpose().bound_to("bob")),
                Err(SealError::Forged)
            );
            assert!(sealer.open(&bound, &purpose().bound_to("ann")).is_ok());
        }
    }

    #[test]
    fn a_key_is_replaced_without_losing_what_it_protected() {
        let ring = |secrets: &[u8]| KeyRing::with_secrets(secrets.iter().map(|byte| [*byte; 32]));
        let sealer = |secrets| Sealer::new(Protection::Sealed(ring(secrets).unwrap()));
        let old = sealer(&[1]).protect(b"old", &purpose()).unwrap();
        assert_eq!(sealer(&[1, 2]).open(&old, &purpose()).unwrap(), b"old");
        assert_eq!(sealer(&[2, 1]).open(&old, &purpose()).unwrap(), b"old");
        let new = sealer(&[2, 1]).protect(b"new", &purpose()).unwrap();
        assert_eq!(sealer(&[1, 2]).open(&new, &purpose()).unwrap(), b"new");
        assert_eq!(
            sealer(&[1]).open(&new, &purpose()),
            Err(SealError::UnknownKey)
        );
        assert_eq!(ring(&[]).unwrap_err(), KeyError::Count(0));
        assert_eq!(ring(&[1, 1]).unwrap_err(), KeyError::Duplicate);
        assert_eq!(KeyRing::new([1; 31]).unwrap_err(), KeyError::Short(31));
    }

    #[test]
    fn less_protection_than_asked_for_is_refused() {
        let [sealed, signed, plain] = sealers();
        let value = |sealer: &Sealer| sealer.protect(b"x", &purpose()).unwrap();
        assert_eq!(
            sealed.open(&value(&signed), &purpose()),
            Err(SealError::Weak)
        );
        assert_eq!(
            sealed.open(&value(&plain), &purpose()),
            Err(SealError::Weak)
        );
        assert_eq!(
            signed.open(&value(&plain), &purpose()),
            Err(SealError::Weak)
        );
        assert!(signed.open(&value(&sealed), &purpose()).is_ok());
        assert_eq!(sealed.open(&[9, 1, 2], &purpose()), Err(SealError::Unknown));
        assert_eq!(sealed.open(&[], &purpose()), Err(SealError::Unknown));
    }

    #[test]
    fn equal_payloads_look_different() {
        let [sealed, ..] = sealers();
        let value = || sealed.protect(b"x", &purpose()).unwrap();
        assert_ne!(value(), value());
    }

    #[test]
    fn nothing_secret_is_shown() {
        let ring = KeyRing::new([0xAB; 32]).unwrap();
        let shown = format!("{:?}", Sealer::new(Protection::Sealed(ring)));
        assert!(
            !shown.to_lowercase().contains("abab") && !shown.contains("171"),
            "{shown}"
        );
    }
}
