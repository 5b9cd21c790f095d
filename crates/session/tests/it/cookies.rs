//! Cookies on the wire.

use cosmokit_protocol::session::RangeId;
use cosmokit_session::Entropy;
use cosmokit_session::carried::{Carried, Origin, Seconds};
use cosmokit_session::carry::cookie::{
    CookieError, CookieOptions, MAX_COOKIES, ReceivedCookies, SameSite, clear, receive, write,
};
use cosmokit_session::carry::{Rejected, ValueOptions, Values, header};
use cosmokit_session::seal::{KeyRing, Protection, SealError, Sealer};

use crate::sample::{NOW, key, position, session_of};

fn values_with(secret: u8) -> Values {
    let sealer = Sealer::new(Protection::Sealed(KeyRing::new([secret; 32]).unwrap()));
    Values::new(sealer, "shop", "cookie:csmsdb", ValueOptions::default())
}

fn session(range: u32, lsn: u32) -> Carried {
    let mut carried = Carried::new();
    let position = position(&format!("1#{lsn}"), Origin::Write, 0);
    carried
        .observe(key(1, 1), RangeId::from(range), position)
        .unwrap();
    carried
}

fn value(carried: &Carried) -> String {
    values_with(7)
        .close(carried, None, NOW)
        .unwrap()
        .unwrap()
        .text
}

/// The `Set-Cookie` lines of an answer to a request with these cookies.
fn set(received: &ReceivedCookies, carried: &Carried) -> Vec<String> {
    write(
        &CookieOptions::new(),
        received,
        &value(carried),
        600,
        &Entropy::system(),
    )
    .unwrap()
}

/// `name=value` of a `Set-Cookie` line.
fn pair(line: &str) -> &str {
    line.split(';').next().unwrap()
}

fn receive_all(lines: &[&str]) -> ReceivedCookies {
    receive(
        &CookieOptions::new(),
        &values_with(7),
        lines.iter().copied(),
        None,
        NOW,
    )
}

#[test]
fn a_cookie_comes_back_as_it_went() {
    let lines = set(&ReceivedCookies::default(), &session(3, 9));
    let [line] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert!(line.starts_with("__Host-csmsdb-"), "{line}");
    assert!(
        line.ends_with("; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax"),
        "{line}"
    );
    let header = format!("theme=dark; {}; csmsdb-716638=0:1#2", pair(line));
    let found = receive_all(&[&header]);
    assert_eq!(found.received.carried, session(3, 9));
    assert_eq!(
        (found.received.values, found.received.rejected.len()),
        (1, 0)
    );
}

#[test]
fn answers_at_the_same_time_lose_nothing() {
    // Two tabs send the same cookie; their answers arrive in either order.
    let first = set(&ReceivedCookies::default(), &session(0, 5));
    let request = receive_all(&[pair(&first[0])]);
    let mut one = request.received.carried.clone();
    one.join(&session(1, 6)).unwrap();
    let mut two = request.received.carried.clone();
    two.join(&session(2, 7)).unwrap();
    let answers = [set(&request, &one), set(&request, &two)];
    for order in [[0, 1], [1, 0]] {
        let mut jar = std::collections::BTreeMap::new();
        jar.insert(pair(&first[0]).split_once('=').unwrap().0, pair(&first[0]));
        for answer in order {
            for line in &answers[answer] {
                let (name, _) = pair(line).split_once('=').unwrap();
                if line.contains("Max-Age=0") {
                    jar.remove(name);
                } else {
                    jar.insert(name, pair(line));
                }
            }
        }
        assert_eq!(jar.len(), 2, "the old one is gone, the new ones stay");
        let all = receive_all(&jar.values().copied().collect::<Vec<_>>());
        assert_eq!(all.received.carried.range_count(), 3);
    }
}

#[test]
fn many_cookies_are_all_read_and_then_put_into_one() {
    let mut pairs = Vec::new();
    for range in 0..20 {
        let lines = set(&ReceivedCookies::default(), &session(range, 5));
        pairs.push(pair(&lines[0]).to_owned());
    }
    let header = pairs.join("; ");
    let found = receive_all(&[&header]);
    assert_eq!(found.received.carried.range_count(), 20);
    assert!(found.wants_tidying());
    let lines = set(&found, &found.received.carried);
    assert_eq!(lines.len(), 21);
    assert!(
        lines[1..]
            .iter()
            .all(|line| line.contains("=; ") && line.contains("Max-Age=0"))
    );
    assert!(!receive_all(&[pair(&lines[0])]).wants_tidying());
}

#[test]
fn long_cookies_are_put_into_one_before_they_are_many() {
    let pairs: Vec<String> = (0..4)
        .map(|number| {
            let carried = session_of(280 + number, 3);
            pair(&set(&ReceivedCookies::default(), &carried)[0]).to_owned()
        })
        .collect();
    assert!(
        pairs
            .iter()
            .all(|pair| (2_100..3_500).contains(&pair.len()))
    );
    assert!(!receive_all(&[&pairs[..2].join("; ")]).wants_tidying());
    assert!(receive_all(&[&pairs.join("; ")]).wants_tidying());
}

#[test]
fn bad_cookies_are_counted_and_never_an_error() {
    let good = set(&ReceivedCookies::default(), &session(0, 5));
    let good = pair(&good[0]);
    let name = |text: &str| format!("__Host-csmsdb-{text}");
    let forged = {
        let mut bytes = good.to_owned().into_bytes();
        let last = bytes.len() - 1;
        bytes[last] = if bytes[last] == b'A' { b'Q' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    let check = |cookie: &str, reason: Rejected, is_deleted: bool| {
        let found = receive_all(&[cookie, good]);
        assert_eq!(found.received.rejected, [reason], "{cookie:.60}");
        assert_eq!(found.received.carried, session(0, 5));
        assert_eq!(
            found.replaced(),
            1 + usize::from(is_deleted),
            "{cookie:.60}"
        );
    };
    check(
        &forged.replace(&good[..26], &name("AAAAAAAAAAAA")),
        Rejected::Seal(SealError::Forged),
        true,
    );
    check(
        &format!("{}=***", name("AAAAAAAAAAAA")),
        Rejected::Encoding,
        true,
    );
    check(
        &format!("{}={}", name("AAAAAAAAAAAA"), "A".repeat(1 << 20)),
        Rejected::TooLong,
        true,
    );
    check(
        &format!("{}={}", name("AAAAAAAAAAAA"), "A".repeat(60_000)),
        Rejected::TooLong,
        true,
    );
    // Another version wrote it, or an instance with newer keys: it stays.
    check(
        &format!("{}=_w", name("AAAAAAAAAAAA")),
        Rejected::Seal(SealError::Unknown),
        false,
    );
    let other_key = values_with(8)
        .close(&session(1, 1), None, NOW)
        .unwrap()
        .unwrap()
        .text;
    check(
        &format!("{}={other_key}", name("AAAAAAAAAAAA")),
        Rejected::Seal(SealError::UnknownKey),
        false,
    );
}

#[test]
fn names_that_are_not_ours_are_not_touched() {
    for cookie in [
        "csmsdb-AAAAAAAAAAAA=x",             // without the guard
        "__Host-csmsdb-AAAA=x",              // short
        "__Host-csmsdb-AAAAAAAAAAAAA=x",     // long
        "__Host-csmsdb-AAAAAAAAAAA\u{e9}=x", // not of our letters
        "__Host-csmsdb-AAAAAA\r\nSet-=x",
        "__Host-csmsdb-",
        "=",
        "",
        ";;;",
    ] {
        let found = receive_all(&[cookie]);
        assert_eq!(
            (found.replaced(), found.received.rejected.len()),
            (0, 0),
            "{cookie:?}"
        );
    }
}

#[test]
fn sixty_hostile_cookies_cost_little_and_go_away() {
    let cookies: Vec<String> = (0..300)
        .map(|n| format!("__Host-csmsdb-{n:0>12}=AAAA"))
        .collect();
    let found = receive_all(&[&cookies.join("; ")]);
    assert_eq!(found.received.rejected.len(), MAX_COOKIES + 1);
    assert_eq!(found.replaced(), 128);
    assert_eq!(clear(&CookieOptions::new(), &found).count(), 128);
}

#[test]
fn what_expired_is_not_taken() {
    let lines = set(&ReceivedCookies::default(), &session(0, 5));
    let later = |seconds| {
        let cookies = [pair(&lines[0])];
        receive(
            &CookieOptions::new(),
            &values_with(7),
            cookies,
            None,
            Seconds(NOW.0 + seconds),
        )
    };
    assert_eq!(later(599).received.carried.range_count(), 1);
    assert_eq!(later(600).received.carried.range_count(), 0);
    let earlier = receive(
        &CookieOptions::new(),
        &values_with(7),
        [pair(&lines[0])],
        None,
        Seconds(NOW.0 - 301),
    );
    assert_eq!(earlier.received.rejected, [Rejected::FromTheFuture]);
}

#[test]
fn attributes_are_those_chosen() {
    let line = |options: CookieOptions| {
        options.check().unwrap();
        let lines = write(
            &options,
            &ReceivedCookies::default(),
            "v",
            60,
            &Entropy::system(),
        );
        lines.unwrap().remove(0)
    };
    let plain = line(CookieOptions::new().prefix("app-").allow_plain_http());
    assert!(
        plain.starts_with("app-") && !plain.contains("Secure"),
        "{plain}"
    );
    let wide = line(
        CookieOptions::new()
            .domain("example.com")
            .path("/shop")
            .same_site(SameSite::None)
            .partitioned(),
    );
    assert!(wide.starts_with("csmsdb-"), "{wide}");
    assert!(wide.ends_with("; Path=/shop; Max-Age=60; HttpOnly; Domain=example.com; Secure; SameSite=None; Partitioned"), "{wide}");
}

#[test]
fn attributes_that_browsers_would_not_take_are_refused() {
    let check = |options: CookieOptions, expected: CookieError| {
        assert_eq!(options.check(), Err(expected));
    };
    let new = CookieOptions::new;
    check(new().prefix(""), CookieError::Prefix(String::new()));
    check(new().prefix("a b"), CookieError::Prefix("a b".into()));
    check(new().path("shop"), CookieError::Path("shop".into()));
    check(new().path("/;x"), CookieError::Path("/;x".into()));
    check(new().domain("a;b"), CookieError::Domain("a;b".into()));
    check(
        new().allow_plain_http().same_site(SameSite::None),
        CookieError::NeedsSecure("SameSite=None"),
    );
    check(
        new().allow_plain_http().partitioned(),
        CookieError::NeedsSecure("Partitioned"),
    );
}

#[test]
fn a_header_takes_several_values() {
    let text = |range| value(&session(range, 5));
    let line = format!("{}, {},", text(0), text(1));
    let received = header::receive(
        &values_with(7),
        [line.as_str(), text(2).as_str()],
        None,
        NOW,
    );
    assert_eq!(received.carried.range_count(), 3);
    let many = vec!["AAAA"; 100].join(",");
    let received = header::receive(&values_with(7), [many.as_str()], None, NOW);
    assert_eq!(received.rejected.len(), header::MAX_VALUES + 1);
}
