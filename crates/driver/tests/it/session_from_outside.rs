//! A user's session whose positions came from outside: how far they are believed, what they may cost, and who else
//! learns of them.

use cosmokit_driver::{CosmosDriver, CosmosOperation, OperationOptions, Session, SessionEntry};
use cosmokit_protocol::session::CompositeToken;

use crate::fake::{Fake, Reply, answer, item};

async fn run(driver: &CosmosDriver, operation: CosmosOperation) {
    let _ = driver
        .execute_operation(operation, &OperationOptions::default())
        .await;
}

fn read() -> CosmosOperation {
    CosmosOperation::read_item(item())
}

/// The session token of the last request.
fn token(fake: &Fake) -> Option<String> {
    let last = fake.items_seen().pop().unwrap();
    last.header("x-ms-session-token").map(str::to_owned)
}

/// A session that has come from outside with this position.
fn from_outside(driver: &CosmosDriver, token: &str) -> Session {
    let session = Session::new();
    let account = SessionEntry::account_of(&driver.account().endpoint().to_string());
    let segments = CompositeToken::parse(token).unwrap().segments().to_vec();
    session.import(&SessionEntry::new(account, "AAAAAIAAAAE=", segments));
    session.drop_what_is_unavailable(true);
    session.limit_lead(100);
    session
}

#[tokio::test(start_paused = true)]
async fn a_position_far_ahead_of_all_that_was_shown_is_retried_once() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    let behind = || answer(404).substatus(1002);
    let attempts = async |position: &str, answers: Vec<Reply>| {
        let session = from_outside(&driver, position);
        let before = fake.hosts().len();
        fake.script(answers);
        run(&driver.in_session(&session), read()).await;
        (fake.hosts().len() - before, session.activity())
    };
    let shown = answer(200).with("x-ms-session-token", "0:1#50");
    // Nothing was shown yet: who knows. Twice again, and once without.
    let (sent, activity) = attempts("0:1#151", vec![behind(), behind(), behind(), shown]).await;
    assert_eq!((sent, activity.retries, activity.implausible), (4, 2, 0));
    assert_eq!(activity.lapses, 1);
    // As far as is plausible.
    let (sent, activity) =
        attempts("0:1#150", vec![behind(), behind(), behind(), answer(200)]).await;
    assert_eq!((sent, activity.retries, activity.implausible), (4, 2, 0));
    // And further, for the partition or in one region.
    for position in ["0:1#151", "0:1#50#1=151"] {
        let (sent, activity) = attempts(position, vec![behind(), behind(), answer(200)]).await;
        assert_eq!((sent, activity.retries, activity.implausible), (3, 1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_of_its_retries_is_counted_and_can_be_limited() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    let session = from_outside(&driver, "0:1#5");
    fake.script([answer(404).substatus(1002), answer(200)]);
    run(&driver.in_session(&session), read()).await;
    let took = session.activity().retry_time;
    assert!(!took.is_zero());
    session.limit_retry_time(took);
    let before = fake.hosts().len();
    fake.script([
        answer(404).substatus(1002),
        answer(404).substatus(1002),
        answer(200),
    ]);
    run(&driver.in_session(&session), read()).await;
    run(&driver.in_session(&session), read()).await;
    assert!(session.activity().retry_time >= took * 2);
    assert!(fake.hosts().len() <= before + 4, "the time is up");
}

#[tokio::test(start_paused = true)]
async fn it_shares_what_answers_say_when_it_is_to_and_never_what_it_was_told() {
    for shares in [false, true] {
        let fake = Fake::default();
        let driver = fake.driver().await;
        let session = from_outside(&driver, "0:1#99");
        session.share_answers(shares);
        fake.script([answer(200).with("x-ms-session-token", "0:1#7")]);
        run(&driver.in_session(&session), read()).await;
        run(&driver, read()).await;
        assert_eq!(token(&fake), shares.then(|| "0:1#7".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_of_the_caller_is_merged_with_it() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    let session = from_outside(&driver, "0:1#9#1=9");
    let handle = driver.in_session(&session);
    for (own, sent) in [
        ("0:1#7#1=7#2=7", "0:1#9#1=9#2=7"),
        ("0:1#12", "0:1#12#1=9"),
        ("7:1#3", "7:1#3,0:1#9#1=9"),
        ("nonsense", "nonsense"),
    ] {
        run(&handle, read().with_session_token(own)).await;
        assert_eq!(token(&fake).as_deref(), Some(sent), "{own}");
    }
    let outside = OperationOptions::default().with_session_disabled(true);
    let strict = read().with_session_token("0:1#7");
    handle.execute_operation(strict, &outside).await.unwrap();
    assert_eq!(token(&fake).as_deref(), Some("0:1#7"), "as it is");
}

#[tokio::test(start_paused = true)]
async fn an_operation_can_stay_outside_of_it() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    let session = from_outside(&driver, "0:1#9");
    let handle = driver.in_session(&session);
    let outside = OperationOptions::default().with_session_disabled(true);
    handle.execute_operation(read(), &outside).await.unwrap();
    assert_eq!(token(&fake), None);
    run(&handle.without_session(), read()).await;
    assert_eq!(token(&fake), None);
    run(&handle, read()).await;
    assert_eq!(token(&fake).as_deref(), Some("0:1#9"));
    let activity = session.activity();
    assert_eq!((activity.with_position, activity.without_position), (1, 0));
}
