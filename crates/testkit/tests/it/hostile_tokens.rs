//! Continuation tokens that were damaged, cut short, blown up, or belong elsewhere: each is refused with 400, of every
//! class of queries.

use std::num::NonZeroU32;

use cosmokit::feed::ContinuationToken;
use cosmokit::models::ContainerProperties;
use cosmokit::options::{MaxItemCountHint, QueryOptions};
use cosmokit::{ContainerClient, FeedScope, Result};
use cosmokit_testkit::Wire;
use fastrand::Rng;
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::suite::queries::{CLASSES, fill};
use super::suite::stage;

/// Damaged tokens of each class.
const DAMAGED: usize = 12;

/// Everything behind a token, in one go.
async fn go_on(
    items: &ContainerClient,
    (text, scope): (&'static str, &FeedScope),
    token: Option<&str>,
) -> Result<(Vec<Value>, ContinuationToken)> {
    let two = MaxItemCountHint::Limit(NonZeroU32::new(2).unwrap());
    let mut options = QueryOptions::default().with_max_item_count(two);
    if let Some(token) = token {
        options = options.with_continuation_token(ContinuationToken::from_string(token));
    }
    let rows = Box::pin(items.query_items::<Value>(text, scope.clone(), Some(options))).await?;
    let mut pages = rows.into_pages();
    let rows = match pages.try_next().await? {
        Some(page) => page.into_items(),
        None => Vec::new(),
    };
    Ok((rows, pages.to_continuation_token()?))
}

/// A token that is not this one.
fn damaged(rng: &mut Rng, token: &str) -> String {
    let mut bytes = token.as_bytes().to_vec();
    let at = rng.usize(..bytes.len());
    match rng.u8(..6) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, b'A' + rng.u8(..26)),
        2 => drop(bytes.remove(at)),
        3 => bytes.extend_from_within(at..),
        4 => bytes.extend(std::iter::repeat_n(b'A', 1 << 18)),
        _ => bytes[at] ^= 1 << rng.u8(..7),
    }
    if bytes == token.as_bytes() {
        bytes.clear();
    }
    String::from_utf8(bytes).unwrap()
}

async fn refused(
    items: &ContainerClient,
    asked: (&'static str, &FeedScope),
    token: &str,
    why: &str,
) {
    let outcome = Box::pin(go_on(items, asked, Some(token))).await;
    let Err(error) = outcome else {
        panic!("{why}: {} goes on with {token:.200}", asked.0)
    };
    assert_eq!(
        error.status().status_code().as_u16(),
        400,
        "{why}: {}: {error}",
        asked.0
    );
}

#[tokio::test]
async fn tokens_that_do_not_belong_are_refused() {
    let local = stage::local(Wire::InProcess).await;
    let items = fill(&local).await.unwrap();
    let database = local.client().database_client(stage::DATABASE);
    let other = ContainerProperties::new("others", "/pk".into());
    database.create_container(other, None).await.unwrap();
    let elsewhere = database.container_client("others", None).await.unwrap();
    let mut rng = Rng::with_seed(7);
    for scope in [FeedScope::full_container(), FeedScope::partition("key 3")] {
        let mut before: Option<String> = None;
        for (text, _) in CLASSES {
            let asked = (*text, &scope);
            let (_, token) = Box::pin(go_on(&items, asked, None)).await.unwrap();
            let token = token.as_str();
            Box::pin(go_on(&items, asked, Some(token))).await.unwrap();
            for _ in 0..DAMAGED {
                let damaged = damaged(&mut rng, token);
                Box::pin(refused(&items, asked, &damaged, "damaged")).await;
            }
            Box::pin(refused(&elsewhere, asked, token, "another container's")).await;
            if let Some(other) = before.replace(token.to_owned()) {
                Box::pin(refused(&items, asked, &other, "another query's")).await;
            }
        }
    }
}
