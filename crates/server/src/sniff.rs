//! Tells TLS from plain HTTP by the first byte of a connection, without taking it off the socket.

use tokio::net::TcpStream;

/// First byte of every TLS record that opens a connection: content type 22, handshake
/// (RFC 8446 §5.1). No HTTP method and no HTTP/2 preface starts with it.
const TLS_HANDSHAKE: u8 = 0x16;

/// What the peer began to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// A TLS client hello.
    Tls,
    /// Anything else, which HTTP then accepts or refuses.
    Plain,
    /// The peer closed before it said anything.
    Closed,
}

/// Waits for the first byte and classifies it.
pub(crate) async fn sniff(stream: &TcpStream) -> std::io::Result<Opening> {
    let mut first = [0_u8; 1];
    let read = stream.peek(&mut first).await?;
    Ok(classify(first.get(..read).unwrap_or_default()))
}

fn classify(bytes: &[u8]) -> Opening {
    match bytes.first() {
        None => Opening::Closed,
        Some(&TLS_HANDSHAKE) => Opening::Tls,
        Some(_) => Opening::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_decides() {
        let table: &[(&[u8], Opening)] = &[
            (b"", Opening::Closed),
            (b"\x16\x03\x01", Opening::Tls),
            (b"GET / HTTP/1.1\r\n", Opening::Plain),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Opening::Plain),
            (b"\x00", Opening::Plain),
            (b"\x80", Opening::Plain),
        ];
        for (bytes, expected) in table {
            assert_eq!(classify(bytes), *expected, "{bytes:?}");
        }
    }
}
