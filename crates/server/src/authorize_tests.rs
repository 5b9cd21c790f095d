//! Signatures of every origin against one key ring and a clock that stands still.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use cosmokit_engine::clock::{ManualClock, Timestamp};
use cosmokit_protocol::wire::signing::Secret;
use http::HeaderValue;

use super::*;

const NOON: &str = "Thu, 27 Apr 2017 12:00:00 GMT";
const LINK: &str = "dbs/MyDb/colls/C/docs/Id";

/// Base64 of 64 equal bytes.
fn secret(letter: char) -> Secret {
    Secret::new(letter.to_string().repeat(84) + "AA==")
}

fn ring() -> KeyRing {
    KeyRing::new(&AccountKeys {
        primary: secret('A'),
        secondary: secret('B'),
        primary_read_only: secret('C'),
        secondary_read_only: secret('D'),
    })
    .unwrap()
}

fn key(letter: char) -> MasterKey {
    MasterKey::try_from(&secret(letter)).unwrap()
}

fn noon() -> SystemTime {
    httpdate::parse_http_date(NOON).unwrap()
}

/// A clock that nobody has moved.
fn clock_at(now: SystemTime) -> SteeredClock {
    let since_1970 = now.duration_since(UNIX_EPOCH).unwrap();
    let start = Timestamp::from_secs(since_1970.as_secs());
    SteeredClock::new(Arc::new(ManualClock::new(start)))
}

const GET: Signed<'static> = Signed {
    method: &Method::GET,
    resource_type: "docs",
    link: LINK,
    other_link: None,
};
const PUT: Signed<'static> = Signed {
    method: &Method::PUT,
    ..GET
};

fn text(signed: Signed<'static>) -> StringToSign<'static> {
    StringToSign {
        method: signed.method,
        resource_type: signed.resource_type,
        link: signed.link,
        x_ms_date: NOON,
        http_date: "",
    }
}

fn headers(authorization: Option<&str>, x_ms_date: Option<&str>, date: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut put = |name: HeaderName, value: Option<&str>| {
        if let Some(value) = value {
            headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
    };
    put(http::header::AUTHORIZATION, authorization);
    put(X_MS_DATE, x_ms_date);
    put(http::header::DATE, date);
    headers
}

fn signed_by(letter: char, text: &StringToSign<'_>) -> String {
    key(letter).authorization(text).to_str().unwrap().to_owned()
}

fn status(signed: Signed<'_>, effect: Effect, headers: &HeaderMap, now: SystemTime) -> u16 {
    ring()
        .authorize(signed, effect, headers, &clock_at(now))
        .map_or_else(|refused| refused.status().as_u16(), |()| 200)
}

#[test]
fn every_key_reads_and_only_two_write() {
    let table = [
        ('A', 200, 200),
        ('B', 200, 200),
        ('C', 200, 401),
        ('D', 200, 401),
        ('E', 401, 401),
    ];
    for (letter, read, write) in table {
        for (signed, effect, expected) in [(GET, Effect::Read, read), (PUT, Effect::Write, write)] {
            let headers = headers(Some(&signed_by(letter, &text(signed))), Some(NOON), None);
            assert_eq!(
                status(signed, effect, &headers, noon()),
                expected,
                "{letter} {effect:?}"
            );
        }
    }
}

#[test]
fn a_read_only_key_is_refused_in_the_words_of_a_wrong_key() {
    let refusal = |letter| {
        let headers = headers(Some(&signed_by(letter, &text(PUT))), Some(NOON), None);
        ring()
            .authorize(PUT, Effect::Write, &headers, &clock_at(noon()))
            .unwrap_err()
            .message()
            .to_owned()
    };
    assert_eq!(refusal('C'), refusal('E'));
    assert!(
        refusal('E').contains(
            "put\\ndocs\\ndbs/MyDb/colls/C/docs/Id\\nthu, 27 apr 2017 12:00:00 gmt\\n\\n"
        )
    );
}

#[test]
fn links_are_accepted_in_the_forms_that_clients_sign() {
    let addressed = Signed {
        link: "dbs/MyDb/colls/C",
        other_link: Some("abcdefghiaa="),
        ..GET
    };
    let table = [
        ("dbs/MyDb/colls/C", 200),
        ("dbs/mydb/colls/c", 200),
        ("abcdefghiaa=", 200),
        ("AbCdEfGhIAA=", 401),
        ("dbs/MyDb/colls/C/", 401),
        ("dbs/MyDb/colls/c", 401),
        ("", 401),
    ];
    for (link, expected) in table {
        let signature = signed_by('A', &StringToSign { link, ..text(GET) });
        let headers = headers(Some(&signature), Some(NOON), None);
        assert_eq!(
            status(addressed, Effect::Read, &headers, noon()),
            expected,
            "{link}"
        );
    }
}

#[test]
fn either_date_or_both_may_be_signed() {
    let other = "Thu, 27 Apr 2017 12:01:00 GMT";
    let with = |x_ms_date, http_date| {
        signed_by(
            'A',
            &StringToSign {
                x_ms_date,
                http_date,
                ..text(GET)
            },
        )
    };
    let table = [
        (with(NOON, ""), Some(NOON), None, 200),
        (with(NOON, ""), Some(NOON), Some(other), 200),
        (with(NOON, other), Some(NOON), Some(other), 200),
        (with("", NOON), None, Some(NOON), 200),
        (with("", other), Some(NOON), Some(other), 401),
        (with(NOON, ""), Some(other), None, 401),
    ];
    for (signature, x_ms_date, date, expected) in table {
        let headers = headers(Some(&signature), x_ms_date, date);
        assert_eq!(
            status(GET, Effect::Read, &headers, noon()),
            expected,
            "{x_ms_date:?} {date:?}"
        );
    }
}

#[test]
fn dates_must_be_there_readable_and_near() {
    let minute = Duration::from_secs(60);
    let signature = signed_by('A', &text(GET));
    let at = |now| {
        status(
            GET,
            Effect::Read,
            &headers(Some(&signature), Some(NOON), None),
            now,
        )
    };
    assert_eq!(at(noon() + 15 * minute), 200);
    assert_eq!(at(noon() - 15 * minute), 200);
    assert_eq!(at(noon() + 15 * minute + Duration::from_secs(1)), 403);
    assert_eq!(at(noon() - 15 * minute - Duration::from_secs(1)), 403);
    for unreadable in [
        None,
        Some(""),
        Some("yesterday"),
        Some("1493294400"),
        Some("é"),
    ] {
        let headers = headers(Some(&signature), unreadable, None);
        assert_eq!(
            status(GET, Effect::Read, &headers, noon()),
            401,
            "{unreadable:?}"
        );
    }
}

#[test]
fn what_is_not_a_signature_is_refused() {
    let table = [
        (None, 401),
        (Some(""), 401),
        (Some("garbage"), 401),
        (Some("type=master&ver=1.0&sig="), 401),
        (Some("type=master&ver=1.0&sig=not base64!"), 401),
        (Some("type=master&ver=2.0&sig=AAAA"), 401),
        (Some("%zz%00%ff"), 401),
        (Some("type=resource&ver=1&sig=abc;def;"), 501),
        (Some("type=aad&ver=1.0&sig=a.b.c"), 501),
    ];
    for (authorization, expected) in table {
        let headers = headers(authorization, Some(NOON), None);
        assert_eq!(
            status(GET, Effect::Read, &headers, noon()),
            expected,
            "{authorization:?}"
        );
    }
}

#[test]
fn a_bad_key_of_the_account_is_an_error_at_start() {
    let keys = AccountKeys {
        primary: secret('A'),
        secondary: Secret::from("not base64!"),
        primary_read_only: secret('C'),
        secondary_read_only: secret('D'),
    };
    assert!(
        KeyRing::new(&keys)
            .unwrap_err()
            .to_string()
            .contains("secondary")
    );
}

#[test]
fn a_moved_clock_ages_nobodys_signature() {
    let signature = signed_by('A', &text(GET));
    let headers = headers(Some(&signature), Some(NOON), None);
    let month = Duration::from_secs(30 * 86_400);
    let check = |clock: &SteeredClock, expected: bool| {
        let passed = ring().authorize(GET, Effect::Read, &headers, clock);
        assert_eq!(passed.is_ok(), expected);
    };
    let by_the_computer = clock_at(noon());
    by_the_computer.advance(month);
    check(&by_the_computer, true);
    let by_the_account = clock_at(noon() - month);
    check(&by_the_account, false);
    by_the_account.advance(month);
    check(&by_the_account, true);
}
