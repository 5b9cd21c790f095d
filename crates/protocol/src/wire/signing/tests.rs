//! Signatures against published and independently computed values, and every encoding that
//! clients send.
//!
//! The vectors other than the documented one come from Python's standard library:
//!
//! ```python
//! text = f"{verb.lower()}\n{type.lower()}\n{link}\n{date.lower()}\n{http_date.lower()}\n"
//! base64.b64encode(hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest())
//! ```

use http::Method;
use proptest::prelude::*;

use super::*;

/// The key and result that Microsoft's REST documentation shows for reading `dbs/ToDoList`.
const DOCUMENTED_KEY: &str =
    "dsZQi3KtZmCv1ljt3VNWNm7sQUF1y5rJfC6kv5JiwvW0EndXdDku/dkKBp8/ufDToSxLzR4y+O/0H/t4bQtVNw==";
const DOCUMENTED: StringToSign<'static> = StringToSign {
    method: &Method::GET,
    resource_type: "dbs",
    link: "dbs/ToDoList",
    x_ms_date: "Thu, 27 Apr 2017 00:51:12 GMT",
    http_date: "",
};
const DOCUMENTED_HEADER: &str =
    "type%3dmaster%26ver%3d1.0%26sig%3dc09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu%2bc%2bc%3d";

const NEW_YEAR: &str = "Mon, 01 Jan 2024 00:00:00 GMT";

fn text<'a>(method: &'a Method, resource_type: &'a str, link: &'a str) -> StringToSign<'a> {
    StringToSign {
        method,
        resource_type,
        link,
        x_ms_date: NEW_YEAR,
        http_date: "",
    }
}

#[test]
fn signatures_match_the_vectors() {
    fn check(key: &str, text: &StringToSign<'_>, expected: &str) {
        let key = MasterKey::from_base64(key).unwrap();
        assert_eq!(key.sign(text).to_base64(), expected);
        let expected = Signature::from_base64(expected).unwrap();
        assert!(key.verify(text, &expected));
    }
    check(
        DOCUMENTED_KEY,
        &DOCUMENTED,
        "c09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu+c+c=",
    );
    check(
        EMULATOR_KEY,
        &text(&Method::POST, "docs", "dbs/Zoë/colls/日本"),
        "XUCFc22QfhN0CRbKFlig4DTwKmG2GhgOfnfWC3cFL4Y=",
    );
    check(
        EMULATOR_KEY,
        &text(&Method::GET, "", ""),
        "u8LyODOx9u9KLAZ0XLJJonoe6JxFUWrh9etqqU9xL0I=",
    );
    let by_http_date = StringToSign {
        x_ms_date: "",
        http_date: NEW_YEAR,
        ..text(&Method::GET, "dbs", "")
    };
    check(
        EMULATOR_KEY,
        &by_http_date,
        "gXsuGnI0ssVZivSnekBkTrJgeZk7mFr40Z9BLJyg3eE=",
    );
}

#[test]
fn header_is_the_documented_one() {
    let key = MasterKey::from_base64(DOCUMENTED_KEY).unwrap();
    let header = key.authorization(&DOCUMENTED);
    let written = header.to_str().unwrap();
    assert!(written.eq_ignore_ascii_case(DOCUMENTED_HEADER), "{written}");
    assert!(header.is_sensitive());
}

#[test]
fn every_encoding_of_a_master_signature_is_read() {
    let key = MasterKey::from_base64(DOCUMENTED_KEY).unwrap();
    for value in [
        DOCUMENTED_HEADER,
        "type%3Dmaster%26ver%3D1.0%26sig%3Dc09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu%2Bc%2Bc%3D",
        // Slashes and pluses left alone, as Python's quote may; not encoded at all.
        "type%3dmaster%26ver%3d1.0%26sig%3dc09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu+c+c%3d",
        "type=master&ver=1.0&sig=c09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu+c+c=",
        "TYPE=Master&VER=1.0&SIG=c09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu+c+c=",
        "ver=1.0&type=master&sig=c09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu+c+c=",
    ] {
        let read = Authorization::parse(value.as_bytes()).unwrap();
        let Authorization::Master(signature) = read else {
            panic!("{value} was read as {read:?}");
        };
        assert!(key.verify(&DOCUMENTED, &signature), "{value}");
    }
}

#[test]
fn a_signature_is_for_one_key_and_one_text() {
    let key = MasterKey::from_base64(EMULATOR_KEY).unwrap();
    let other_key = MasterKey::from_base64(DOCUMENTED_KEY).unwrap();
    let signed = text(&Method::GET, "docs", "dbs/a/colls/b/docs/c");
    let signature = key.sign(&signed);
    assert!(key.verify(&signed, &signature));
    assert!(!other_key.verify(&signed, &signature));
    for other in [
        text(&Method::PUT, "docs", signed.link),
        text(&Method::GET, "colls", signed.link),
        text(&Method::GET, "docs", "dbs/a/colls/b/docs/C"),
        StringToSign {
            x_ms_date: "Mon, 01 Jan 2024 00:00:01 GMT",
            ..signed
        },
        StringToSign {
            http_date: NEW_YEAR,
            ..signed
        },
    ] {
        assert!(!key.verify(&other, &signature), "{other:?}");
    }
    let shouted = text(&Method::GET, "DOCS", signed.link);
    assert!(key.verify(&shouted, &signature), "the kind has no case");
}

#[test]
fn tokens_survive_their_header() {
    let token = "type=resource&ver=1&sig=aGk+/w==;c2Vj;dG9rZW4=;";
    let header = resource_token_header(token);
    assert!(!header.to_str().unwrap().contains(['=', '&', ';', '+', '/']));
    for value in [header.as_bytes(), token.as_bytes()] {
        match Authorization::parse(value).unwrap() {
            Authorization::Resource(read) => assert_eq!(read, token),
            other => panic!("{other:?}"),
        }
    }
    let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2ln-_";
    let raw = format!("type=aad&ver=1.0&sig={jwt}");
    let header = entra_header(jwt);
    assert_eq!(
        header.to_str().unwrap(),
        format!("type%3Daad%26ver%3D1.0%26sig%3D{jwt}")
    );
    for value in [header.as_bytes(), raw.as_bytes()] {
        match Authorization::parse(value).unwrap() {
            Authorization::Aad(read) => assert_eq!(read, jwt),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_is_wrong_is_told_apart() {
    use AuthorizationError as Error;
    fn check(value: &str, expected: AuthorizationError) {
        let read = Authorization::parse(value.as_bytes());
        assert_eq!(read.map(|_| ()), Err(expected), "{value:?}");
    }
    let sound = "c09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu+c+c=";
    check("", Error::Malformed);
    check("Bearer abc", Error::Malformed);
    check("type=master&ver=1.0", Error::Malformed);
    check("type=master&ver=1.0&sig=", Error::Malformed);
    check(&format!("type=master&sig={sound}"), Error::Malformed);
    check(&format!("ver=1.0&sig={sound}"), Error::Malformed);
    let twice = format!("type=aad&type=master&ver=1.0&sig={sound}");
    check(&twice, Error::Malformed);
    check(&format!("typ=master&ver=1.0&sig={sound}"), Error::Malformed);
    check("type=sas&ver=1.0&sig=abc", Error::UnknownType);
    check("type=aad&ver=2.0&sig=abc", Error::UnknownVersion);
    check("type=master&ver=1.0&sig=abc", Error::Signature);
    check("type=master&ver=1.0&sig=YWJj", Error::Signature);
    let with_blank = format!("type=master&ver=1.0&sig={sound} ");
    check(&with_blank, Error::Signature);
    let long = format!("type=master&ver=1.0&sig={}", "A".repeat(60));
    check(&long, Error::Signature);
    check("type%3Daad%26ver%3D1.0%26sig%3D%FF", Error::NotUtf8);
    check(&"x".repeat(MAX_AUTHORIZATION_BYTES + 1), Error::TooLong);
}

#[test]
fn keys_are_checked() {
    let check = |text: &str| MasterKey::from_base64(text).map(|_| ());
    assert_eq!(check("not base64!"), Err(KeyError::NotBase64));
    assert_eq!(check("YWJ"), Err(KeyError::NotBase64));
    assert_eq!(check(" \n"), Err(KeyError::Empty));
    assert_eq!(check(&format!("  {EMULATOR_KEY}\n")), Ok(()));
    assert!(MasterKey::try_from(&Secret::from_static(EMULATOR_KEY)).is_ok());
}

#[test]
fn no_output_shows_a_secret() {
    let secret = Secret::new("hush");
    let key = MasterKey::from_base64(EMULATOR_KEY).unwrap();
    let signature = key.sign(&DOCUMENTED);
    let header = key.authorization(&DOCUMENTED);
    let read = Authorization::parse(b"type=aad&ver=1.0&sig=hush").unwrap();
    let shown = format!("{secret:?} {key:?} {signature:?} {read:?} {header:?}");
    assert!(!shown.contains("hush"), "{shown}");
    assert!(!shown.contains(&signature.to_base64()), "{shown}");
    assert!(!shown.contains("master"), "{shown}");
    assert_eq!(secret, Secret::from("hush"));
    assert_ne!(secret, Secret::from("husk"));
    assert_ne!(secret, Secret::from("hushed"));
}

proptest! {
    /// The streamed text is the displayed one, for any length of the lowered parts.
    #[test]
    fn pieces_make_up_the_text(resource_type in ".{0,80}", link in ".{0,80}", date in ".{0,80}") {
        let text = StringToSign {
            method: &Method::PATCH,
            resource_type: &resource_type,
            link: &link,
            x_ms_date: &date,
            http_date: &resource_type,
        };
        let mut pieces = Vec::new();
        text.for_each_piece(|piece| pieces.extend_from_slice(piece));
        prop_assert_eq!(String::from_utf8(pieces).unwrap(), text.to_string());
    }

    #[test]
    fn what_is_signed_is_verified(link in ".{0,80}", key in proptest::collection::vec(any::<u8>(), 1..100)) {
        use base64::Engine as _;
        let key = base64::engine::general_purpose::STANDARD.encode(key);
        let key = MasterKey::from_base64(&key).unwrap();
        let text = text(&Method::GET, "docs", &link);
        let header = key.authorization(&text);
        let read = Authorization::parse(header.as_bytes());
        let Ok(Authorization::Master(signature)) = read else {
            panic!("own header not understood: {read:?}");
        };
        prop_assert!(key.verify(&text, &signature));
    }

    #[test]
    fn no_bytes_make_it_panic(value in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Authorization::parse(&value);
    }

    #[test]
    fn no_near_miss_makes_it_panic(value in "(type=|ver=|sig=|aad|master|resource|1\\.0|&|=|%3D|%26|%2|é|.){0,12}") {
        let _ = Authorization::parse(value.as_bytes());
    }
}
