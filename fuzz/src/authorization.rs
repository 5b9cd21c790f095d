//! `authorization` values and signing input from anywhere: reading never panics, what is signed
//! is verified, and a changed text is not.

use cosmokit_protocol::wire::signing::{Authorization, EMULATOR_KEY, MasterKey, StringToSign};
use http::Method;

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let _ = Authorization::parse(data);

    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let _ = MasterKey::from_base64(text);
    let mut parts = text.splitn(4, '\n');
    let mut next = || parts.next().unwrap_or_default();
    let method = Method::from_bytes(next().as_bytes()).unwrap_or(Method::GET);
    let signed = StringToSign {
        method: &method,
        resource_type: next(),
        x_ms_date: next(),
        link: next(),
        http_date: "",
    };
    let key = MasterKey::from_base64(EMULATOR_KEY).expect("the emulator key is sound");
    let header = key.authorization(&signed);
    let Ok(Authorization::Master(signature)) = Authorization::parse(header.as_bytes()) else {
        panic!("own header not understood");
    };
    assert!(key.verify(&signed, &signature));
    let longer = format!("{}x", signed.link);
    let other = StringToSign {
        link: &longer,
        ..signed
    };
    assert!(!key.verify(&other, &signature));
}
