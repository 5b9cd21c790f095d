//! Binary JSON: the tagged form in which clients may send items and servers may answer.
//!
//! A body is binary exactly when its first byte is `0x80`, whatever the headers say; no JSON text starts so.
//! [`decode`] reads the whole format and gives JSON text; [`encode`] writes the subset that the published Rust
//! client writes. Numbers are little-endian. Layout of the values, first byte first:
//!
//! | Marker | Payload | Value |
//! |---|---|---|
//! | `00`–`1F` | – | integer equal to the marker |
//! | `20`–`3F` | – | one of 32 fixed strings |
//! | `71`–`7F` | packed text | base64, GUID, hex, date, 4- to 7-bit strings |
//! | `80`–`BF` | marker `& 3F` bytes | UTF-8 string |
//! | `C0` `C1` `C2` | length of 1, 2, 4 bytes, bytes | UTF-8 string |
//! | `C3`–`C6` | offset of 1 to 4 bytes | the string that stands at this offset of the body |
//! | `C7`–`CF`, `D7`–`DC` | 1 to 8 bytes | number |
//! | `D0` `D1` `D2` | – | null, false, true |
//! | `D3` | 16 bytes | GUID as a string |
//! | `DD` `DE` `DF` | length of 1, 2, 4 bytes, bytes | bytes as a base64 string |
//! | `E0` `E1` | –, one value | array of none or one |
//! | `E2`–`E4` | length, values | array |
//! | `E5`–`E7` | length, count, values | array |
//! | `E8`–`EF` | as `E0`–`E7`, with names before the values | object |
//! | `F0`–`F3` | item marker, counts, bare numbers | array of numbers, array of such arrays |
//!
//! Strings `40`–`67` stand in a dictionary outside the body that no service hands out; they are refused.

mod cursor;
mod decode;
mod encode;
mod error;
mod marker;
mod text;
mod write;

use bytes::Bytes;

pub use decode::{DecodeLimits, decode, decode_within};
pub use encode::{encode, encode_value};
pub use error::BinaryJsonError;
pub use marker::{PREAMBLE, SYSTEM_STRINGS};

/// Whether `body` is binary JSON.
pub fn is_binary(body: &[u8]) -> bool {
    body.first() == Some(&PREAMBLE)
}

/// The body as JSON text: text stays as it is, without a copy.
///
/// # Errors
/// [`BinaryJsonError`] when the body is binary and broken or beyond the limits.
pub fn to_text(body: &Bytes, limits: DecodeLimits) -> Result<Bytes, BinaryJsonError> {
    if is_binary(body) {
        decode_within(body, limits).map(Bytes::from)
    } else {
        Ok(body.clone())
    }
}

#[cfg(test)]
mod forms;
#[cfg(test)]
mod tests;
