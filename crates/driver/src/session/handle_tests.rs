//! A user's session: what clones, forks and joins share, and what travels.

use std::sync::Arc;

use cosmokit_protocol::session::{CompositeToken, RangeId};
use http::HeaderValue;

use super::{Captured, Carried, Session, SessionEntry, SessionPromise};

const ACCOUNT: &str = "https://acct.test/";

fn carried(session: &Session, rid: &str) -> Carried {
    Carried::of(session, &Arc::from(ACCOUNT), &Arc::from(rid))
}

fn learn(session: &Session, rid: &str, token: &'static str) {
    carried(session, rid).capture(&HeaderValue::from_static(token), Captured::Write);
}

fn known(session: &Session, rid: &str) -> String {
    let tokens = session.tokens(&Arc::from(ACCOUNT), &Arc::from(rid));
    tokens.token().map(String::from).unwrap_or_default()
}

#[test]
fn clones_share_and_forks_do_not_until_they_are_joined() {
    let session = Session::new();
    learn(&session, "A", "0:1#5");
    let (clone, fork) = (session.clone(), session.fork());
    assert_eq!(clone, session);
    assert_ne!(fork, session);
    learn(&clone, "A", "0:1#6");
    learn(&fork, "A", "1:1#9");
    learn(&fork, "B", "0:1#2");
    assert_eq!(known(&session, "A"), "0:1#6");
    assert_eq!(known(&fork, "A"), "0:1#5,1:1#9");
    assert!(session.join(&fork));
    assert!(!session.join(&fork), "nothing new the second time");
    assert!(!session.join(&clone));
    assert_eq!(known(&session, "A"), "0:1#6,1:1#9");
    assert_eq!(known(&session, "B"), "0:1#2");
}

#[test]
fn what_is_exported_is_known_where_it_is_imported() {
    let session = Session::new();
    learn(&session, "A", "0:2#5#0=4,1:1#9");
    learn(&session, "B", "0:1#2");
    let there = Session::new();
    learn(&there, "A", "0:1#50#0=7");
    for entry in session.export() {
        assert!(there.import(&entry));
        assert!(!there.import(&entry));
    }
    assert_eq!(
        known(&there, "A"),
        "0:2#5#0=7,1:1#9",
        "the highest version first"
    );
    assert_eq!(known(&there, "B"), "0:1#2");
    let accounts: Vec<_> = there
        .export()
        .into_iter()
        .map(|entry| entry.account)
        .collect();
    assert_eq!(accounts, [Arc::from(ACCOUNT), Arc::<str>::from(ACCOUNT)]);
    let elsewhere = SessionEntry::new("https://other.test/", "A", Vec::new());
    assert!(!there.import(&elsewhere));
    assert_eq!(
        there.export().len(),
        2,
        "entries that say nothing are not exported"
    );
}

#[test]
fn an_entry_is_the_token_of_its_container() {
    let segments = CompositeToken::parse("0:1#5,3:1#2")
        .unwrap()
        .segments()
        .to_vec();
    assert_eq!(
        SessionEntry::new(ACCOUNT, "A", segments).token().as_str(),
        "0:1#5,3:1#2"
    );
}

#[test]
fn the_revision_moves_when_something_is_learnt_and_only_then() {
    let session = Session::new();
    let start = session.revision();
    learn(&session, "A", "0:1#5");
    let after = session.revision();
    assert!(after > start);
    learn(&session, "A", "0:1#5");
    learn(&session, "A", "0:1#4");
    assert_eq!(session.revision(), after);
    session.clear();
    assert!(session.revision() > after && session.is_empty());
}

#[test]
fn only_the_monotonic_promise_remembers_reads() {
    for (promise, expected) in [
        (SessionPromise::Monotonic, "0:1#5"),
        (SessionPromise::ReadYourWrites, ""),
    ] {
        let session = Session::with_promise(promise);
        carried(&session, "A").capture(&HeaderValue::from_static("0:1#5"), Captured::Read);
        assert_eq!(known(&session, "A"), expected, "{promise:?}");
        assert_eq!(session.fork().promise(), promise);
    }
}

#[test]
fn what_was_written_is_told_from_what_was_read() {
    let session = Session::new();
    let read = |token| {
        carried(&session, "A").capture(&HeaderValue::from_static(token), Captured::Read);
    };
    let written = || session.export()[0].written.clone();
    read("0:1#5");
    read("1:1#5");
    assert!(written().is_empty());
    let before = session.revision();
    learn(&session, "A", "0:1#5");
    assert!(session.revision() > before, "that it was a write is news");
    read("0:1#9");
    assert_eq!(written(), [RangeId::from(0)]);
    let entry = session.export().remove(0);
    let there = Session::new();
    assert!(there.import(&entry.clone().with_written(Vec::new())));
    assert!(there.export()[0].written.is_empty());
    assert!(there.import(&entry));
    assert_eq!(there.export()[0].written, [RangeId::from(0)]);
    assert_eq!(there.fork().export()[0].written, [RangeId::from(0)]);
}

#[test]
fn writes_are_counted_also_when_others_made_them() {
    let session = Session::new();
    carried(&session, "A").capture(&HeaderValue::from_static("0:1#5"), Captured::Read);
    assert_eq!(session.writes(), 0);
    learn(&session, "A", "0:1#5");
    learn(&session, "A", "0:1#4");
    assert_eq!(
        session.writes(),
        2,
        "an older position is a write all the same"
    );
    let there = Session::new();
    assert!(there.join(&session) && there.writes() == 1);
    assert!(!there.join(&session) && there.writes() == 1);
    let elsewhere = Session::new();
    assert!(elsewhere.import(&session.export()[0]) && elsewhere.writes() == 1);
}

#[test]
fn a_write_that_is_not_settled_leaves_a_mark() {
    let session = Session::new();
    carried(&session, "A").write_under_way().settle();
    assert!(session.export().is_empty() && !carried(&session, "A").prefers_write_region());
    drop(carried(&session, "A").write_under_way());
    assert!(session.export()[0].is_uncertain && carried(&session, "A").prefers_write_region());
    assert!(!carried(&session, "B").prefers_write_region());
    let there = Session::new();
    assert!(there.import(&session.export()[0]));
    assert!(carried(&there, "A").prefers_write_region());
    let shared = Carried::shared(&Arc::default());
    drop(shared.write_under_way());
    assert!(!shared.prefers_write_region());
}

#[test]
fn positions_that_are_given_up_are_told() {
    let session = Session::new();
    learn(&session, "A", "0:1#5,1:1#6");
    let tokens = carried(&session, "A");
    assert!(!tokens.tokens().lapse(|range| range == RangeId::from(7)));
    assert!(tokens.tokens().lapse(|range| range == RangeId::from(0)));
    assert_eq!(known(&session, "A"), "1:1#6");
    assert_eq!(session.export()[0].lapsed, [RangeId::from(0)]);
    learn(&session, "A", "0:1#3");
    assert_eq!(
        known(&session, "A"),
        "1:1#6,0:1#3",
        "an older one is taken in again"
    );
    session.drop_what_is_unavailable(true);
    assert!(session.fork().drops_unavailable());
}

#[test]
fn a_session_is_bounded_and_what_was_used_last_stays() {
    let session = Session::new();
    learn(&session, "first", "0:1#5");
    learn(&session, "second", "0:1#5");
    for n in 0..255 {
        learn(&session, "first", "0:1#5");
        learn(&session, &format!("other-{n}"), "0:1#1");
    }
    assert_eq!(session.export().len(), 256);
    assert_eq!(known(&session, "first"), "0:1#5");
    assert_eq!(known(&session, "second"), "");
}

#[test]
fn retries_are_spent_unless_they_are_unlimited() {
    let session = Session::new();
    session.spend_retry();
    assert_eq!(session.retries_left(), u32::MAX);
    session.limit_retries(1);
    session.spend_retry();
    session.spend_retry();
    assert_eq!(
        (session.retries_left(), session.fork().retries_left()),
        (0, 0)
    );
}

#[test]
fn tokens_are_not_shown() {
    let session = Session::new();
    learn(&session, "A", "0:1#987");
    assert!(!format!("{session:?}").contains("987"));
}
