//! Reading and writing the `authorization` value `type=…&ver=…&sig=…`.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

/// Bytes an incoming `authorization` value may have; the longest are Entra ID tokens of a few
/// kilobytes.
pub const MAX_AUTHORIZATION_BYTES: usize = 16 * 1024;

/// A master-key signature: HMAC-SHA256 over the string to sign. `Debug` shows nothing of it.
///
/// Compare by [`MasterKey::verify`](super::MasterKey::verify), which takes constant time; there
/// is no `==`.
#[derive(Clone, Copy)]
pub struct Signature(pub(super) [u8; 32]);

impl Signature {
    /// Reads base64.
    ///
    /// # Errors
    /// [`AuthorizationError::Signature`] unless it is the base64 of 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, AuthorizationError> {
        let mut decoded = [0; 33];
        let length = STANDARD
            .decode_slice(text, &mut decoded)
            .map_err(|_| AuthorizationError::Signature)?;
        let bytes = decoded
            .get(..length)
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(Self).ok_or(AuthorizationError::Signature)
    }

    /// Writes base64.
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// Writes the percent-encoded header value. Built on the stack: the one allocation is that of
    /// the value itself.
    pub(super) fn to_header(self) -> HeaderValue {
        const PREFIX: &[u8] = b"type%3Dmaster%26ver%3D1.0%26sig%3D";
        const BASE64: usize = 44;
        let mut base64 = [0; BASE64];
        STANDARD
            .encode_slice(self.0, &mut base64)
            .expect("32 bytes make 44 base64 characters");
        let mut value = [0; PREFIX.len() + 3 * BASE64];
        let mut slots = value.iter_mut();
        let mut length = 0;
        let mut put = |byte: u8| {
            if let Some(slot) = slots.next() {
                *slot = byte;
                length += 1;
            }
        };
        PREFIX.iter().copied().for_each(&mut put);
        for byte in base64 {
            match byte {
                b'+' => b"%2B".iter().copied().for_each(&mut put),
                b'/' => b"%2F".iter().copied().for_each(&mut put),
                b'=' => b"%3D".iter().copied().for_each(&mut put),
                other => put(other),
            }
        }
        let (written, _) = value.split_at(length);
        let mut header = HeaderValue::from_bytes(written).expect("letters, digits, '.' and '%'");
        header.set_sensitive(true);
        header
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(…)")
    }
}

/// What a request offers as authorization.
///
/// `Debug` shows the kind only.
#[derive(Clone)]
pub enum Authorization<'a> {
    /// Signed with an account key.
    Master(Signature),
    /// A resource token, whole: `type=resource&ver=…&sig=…`, percent-decoded.
    Resource(Cow<'a, str>),
    /// An Entra ID token (a JWT).
    Aad(Cow<'a, str>),
}

/// An `authorization` value that cannot be read. The value is never quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    /// Longer than [`MAX_AUTHORIZATION_BYTES`].
    #[error("authorization has more than {MAX_AUTHORIZATION_BYTES} bytes")]
    TooLong,
    /// Not UTF-8 after percent-decoding.
    #[error("authorization is not UTF-8")]
    NotUtf8,
    /// Not of the form `type=…&ver=…&sig=…`.
    #[error("authorization is not of the form type=…&ver=…&sig=…")]
    Malformed,
    /// A type other than `master`, `resource` and `aad`.
    #[error("authorization type is none of master, resource and aad")]
    UnknownType,
    /// A version other than 1 or 1.0.
    #[error("authorization version is not 1.0")]
    UnknownVersion,
    /// A master signature that is not the base64 of 32 bytes.
    #[error("authorization signature is not the base64 form of 32 bytes")]
    Signature,
}

impl<'a> Authorization<'a> {
    /// Reads a header value.
    ///
    /// The value may be percent-encoded as a whole, in upper- or lower-case hex and with any
    /// choice of unescaped characters, or not at all: clients differ. Names and the type are read
    /// in any case; `sig` is last and takes the rest, since base64 and resource tokens hold `=`
    /// and `;`.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(value: &'a [u8]) -> Result<Self, AuthorizationError> {
        if value.len() > MAX_AUTHORIZATION_BYTES {
            return Err(AuthorizationError::TooLong);
        }
        let text = decode(value)?;
        let parts = Parts::split(&text)?;
        if !matches!(parts.version, "1.0" | "1") {
            return Err(AuthorizationError::UnknownVersion);
        }
        if parts.kind.eq_ignore_ascii_case("master") {
            return Signature::from_base64(parts.signature).map(Self::Master);
        }
        if parts.kind.eq_ignore_ascii_case("resource") {
            return Ok(Self::Resource(text));
        }
        if parts.kind.eq_ignore_ascii_case("aad") {
            let start = text.len() - parts.signature.len();
            return Ok(Self::Aad(tail(text, start)));
        }
        Err(AuthorizationError::UnknownType)
    }
}

/// Percent-decodes, with one allocation or, when nothing is encoded, none.
fn decode(value: &[u8]) -> Result<Cow<'_, str>, AuthorizationError> {
    let not_utf8 = AuthorizationError::NotUtf8;
    if !value.contains(&b'%') {
        let text = std::str::from_utf8(value).map_err(|_| not_utf8)?;
        return Ok(Cow::Borrowed(text));
    }
    let mut decoded = Vec::with_capacity(value.len());
    decoded.extend(percent_encoding::percent_decode(value));
    let text = String::from_utf8(decoded).map_err(|_| not_utf8)?;
    Ok(Cow::Owned(text))
}

/// `text` from byte `start` on, borrowed when `text` is.
fn tail(text: Cow<'_, str>, start: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(start..).unwrap_or_default()),
        Cow::Owned(mut text) => Cow::Owned(text.split_off(start)),
    }
}

struct Parts<'t> {
    kind: &'t str,
    version: &'t str,
    signature: &'t str,
}

impl<'t> Parts<'t> {
    fn split(text: &'t str) -> Result<Self, AuthorizationError> {
        let mut kind = None;
        let mut version = None;
        let mut rest = text;
        loop {
            let (name, value) = rest.split_once('=').ok_or(AuthorizationError::Malformed)?;
            if name.eq_ignore_ascii_case("sig") {
                let known = kind.zip(version).filter(|_| !value.is_empty());
                let (kind, version) = known.ok_or(AuthorizationError::Malformed)?;
                return Ok(Self {
                    kind,
                    version,
                    signature: value,
                });
            }
            let (value, next) = value.split_once('&').ok_or(AuthorizationError::Malformed)?;
            let slot = if name.eq_ignore_ascii_case("type") {
                &mut kind
            } else if name.eq_ignore_ascii_case("ver") {
                &mut version
            } else {
                return Err(AuthorizationError::Malformed);
            };
            if slot.replace(value).is_some() {
                return Err(AuthorizationError::Malformed);
            }
            rest = next;
        }
    }
}

impl fmt::Debug for Authorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Master(_) => "Master(…)",
            Self::Resource(_) => "Resource(…)",
            Self::Aad(_) => "Aad(…)",
        })
    }
}
