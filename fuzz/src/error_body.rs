//! Error bodies from anywhere: reading never panics, and what was read is written and read back as it is.

use cosmokit_protocol::op::ErrorBody;

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let Some(body) = ErrorBody::parse(data) else {
        return;
    };
    let written = body.to_bytes();
    let again = ErrorBody::parse(&written).expect("what was written can be read");
    assert_eq!(again.to_bytes(), written);
    assert_eq!((&again.code, &again.message), (&body.code, &body.message));
}
