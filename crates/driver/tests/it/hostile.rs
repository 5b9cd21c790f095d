//! Answers that no service would give, in every place that the driver reads one: it ends, says so, and panics
//! nowhere.

use cosmokit_driver::{CosmosOperation, DriverOptions, OperationOptions};

use crate::fake::{Fake, Reply, account, answer, item};

const BODIES: &[&str] = &[
    "",
    "null",
    "[]",
    "{}",
    "{",
    "\u{0}",
    "\"text\"",
    "1e999",
    "[[[[[[[[[[[[[[[[",
    r#"{"id":1,"_rid":[]}"#,
    r#"{"id":"a","readableLocations":[{}],"writableLocations":null}"#,
    r#"{"id":"a","readableLocations":[{"name":"","databaseAccountEndpoint":"not a url"}],"writableLocations":[]}"#,
    r#"{"id":"a","readableLocations":[{"name":"East US","databaseAccountEndpoint":"ftp://x/"}]}"#,
    r#"{"id":"a","writableLocations":[{"name":"East US","databaseAccountEndpoint":"http://east.test/%00"}]}"#,
    r#"{"id":"c","_rid":"","partitionKey":{"paths":[],"kind":"Hash"}}"#,
    r#"{"id":"c","_rid":"a\nb","partitionKey":{"paths":["/pk"],"kind":"Hash","version":2}}"#,
    r#"{"id":"c","_rid":"AAAAAIAAAAE=","partitionKey":{"paths":["/a","/b","/c","/d"],"kind":"MultiHash","version":2}}"#,
    r#"{"PartitionKeyRanges":[]}"#,
    r#"{"PartitionKeyRanges":[{"id":"0","minInclusive":"FF","maxExclusive":""}]}"#,
    r#"{"PartitionKeyRanges":[{"id":"0","minInclusive":"","maxExclusive":"80"},{"id":"0","minInclusive":"80","maxExclusive":"FF"}]}"#,
    r#"{"PartitionKeyRanges":[{"id":"0","minInclusive":"zz","maxExclusive":"FF"}]}"#,
    r#"{"code":"","message":{"a":1}}"#,
    r#"{"code":"BadRequest","message":"é\u0000\"\\"}"#,
];

const HEADERS: &[(&str, &str)] = &[
    ("x-ms-substatus", "99999999"),
    ("x-ms-request-charge", "NaN"),
    ("x-ms-retry-after-ms", "-1"),
    ("x-ms-retry-after-ms", "18446744073709551616"),
    ("x-ms-session-token", "0:1#2#3=4,,1:-"),
    ("x-ms-request-duration-ms", "1e400"),
    ("etag", ""),
];

/// Each place that an answer can come from.
#[derive(Clone, Copy, Debug)]
enum Place {
    Account,
    Container,
    Ranges,
    Item,
}

fn put(fake: &Fake, place: Place, reply: Reply) {
    fake.set(|state| {
        let queue = match place {
            Place::Account => &mut state.account,
            Place::Container => &mut state.container,
            Place::Ranges => &mut state.pkranges,
            Place::Item => &mut state.items,
        };
        // Also for those who ask again.
        queue.extend(std::iter::repeat_n(reply, 8));
    });
}

async fn play(place: Place, reply: Reply) {
    let fake = Fake::default();
    put(&fake, place, reply.clone());
    let runtime = fake.runtime().build().unwrap();
    let connected = runtime.get_or_create_driver(account(), DriverOptions::default());
    let driver = match connected.await {
        Ok(driver) => driver,
        Err(error) => return check(&error, place, &reply),
    };
    let options = OperationOptions::default();
    let read = driver.execute_operation(CosmosOperation::read_item(item()), &options);
    if let Err(error) = read.await {
        check(&error, place, &reply);
    }
}

fn check(error: &cosmokit_driver::CosmosError, place: Place, reply: &Reply) {
    assert!(!error.message().is_empty(), "{place:?} {reply:?}");
    if let Some(diagnostics) = error.diagnostics() {
        let summary = diagnostics.summary();
        assert!(summary.len() <= 2_048, "{place:?} {reply:?}");
        let read: Result<serde_json::Value, _> = serde_json::from_str(&summary);
        assert!(read.is_ok(), "{place:?} {reply:?}: {summary}");
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_and_headers_that_make_no_sense_are_survived() {
    for place in [Place::Account, Place::Container, Place::Ranges, Place::Item] {
        for status in [200, 304, 400, 404, 410, 500] {
            for body in BODIES {
                play(place, answer(status).with("etag", "\"1\"").body(body)).await;
            }
            for (name, value) in HEADERS {
                play(place, answer(status).with(name, *value)).await;
            }
        }
    }
}
