//! Histories survive the way to text and back, in the same bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cosmokit_protocol::wire::consistency::ConsistencyLevel;

use super::*;

fn recorder() -> Recorder {
    let ticks = Arc::new(AtomicU64::new(0));
    let setting = Setting {
        campaign: "hand".to_owned(),
        seed: 7,
        level: ConsistencyLevel::Session,
        multi_write: false,
    };
    Recorder::new(setting, move || {
        Duration::from_millis(ticks.fetch_add(1, Ordering::Relaxed))
    })
}

fn play(recorder: &Recorder) {
    let asked = Asked {
        level: ConsistencyLevel::Session,
        carries_tokens: true,
    };
    let key = ItemKey::new("c", "p", "i");
    let mark = Mark {
        actor: ActorId(1),
        number: 1,
        version: 1,
    };
    let write = Action::Write {
        key: key.clone(),
        verb: WriteVerb::Upsert,
        mark,
        expects: None,
        claims: Some("a".to_owned()),
    };
    let write = recorder.begin(ActorId(1), SessionId(1), asked, write);
    recorder.disturb("a link is paused", Impact::None);
    let read = Action::Read { key: key.clone() };
    let read = recorder.begin(ActorId(2), SessionId(2), asked, read);
    write.at_lsn(Some(4)).finish(Outcome::Done);
    recorder.disturb("a region is forced to give up", Impact::MayLoseWrites);
    read.answered_by(Some("East US".to_owned()))
        .finish(Outcome::Found(mark));
    let list = Action::List {
        container: "c".to_owned(),
        partition: "p".to_owned(),
    };
    drop(recorder.begin(ActorId(2), SessionId(2), asked, list));
}

#[test]
fn text_and_back() {
    let (first, second) = (recorder(), recorder());
    play(&first);
    play(&second);
    let text = first.history().to_ndjson();
    assert_eq!(
        text,
        second.history().to_ndjson(),
        "the same play, the same bytes"
    );
    assert_eq!(text.lines().count(), 6);
    assert_eq!(History::from_ndjson(&text).unwrap(), first.history());
}

#[test]
fn what_was_dropped_stays_pending_and_losses_are_known() {
    let recorder = recorder();
    play(&recorder);
    let history = recorder.history();
    assert_eq!(history.operations[2].outcome, Outcome::Pending);
    assert_eq!(history.operations[2].returned, None);
    assert!(history.operations[0].precedes(&history.operations[2]));
    assert!(!history.operations[0].precedes(&history.operations[1]));
    let [write, read, _] = &history.operations[..] else {
        panic!("three operations")
    };
    assert!(history.may_have_lost_writes(write.invoked, read.returned.unwrap()));
    assert!(!history.may_have_lost_writes(write.invoked, write.returned.unwrap()));
}

#[test]
fn other_texts_are_errors() {
    let check = |text: &str| assert!(History::from_ndjson(text).is_err(), "{text}");
    check("");
    check("{}");
    check("{\"operation\":1}");
    check(
        "{\"world\":{\"format\":2,\"setting\":{\"campaign\":\"\",\"seed\":1,\"level\":\"Session\",\"multi_write\":false}}}",
    );
}
