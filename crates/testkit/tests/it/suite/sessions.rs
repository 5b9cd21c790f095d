//! Session consistency: own writes are read, tokens travel, a token from the future is not served.

use cosmokit::Result;
use cosmokit::options::{ItemReadOptions, OperationOptions, SessionToken};
use cosmokit::session::Session;
use cosmokit_testkit::LocalAccount;
use serde_json::Value;

use super::stage::{self, DATABASE, document, refused};

pub(crate) async fn own_writes_are_read(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    for n in 0..50 {
        items
            .upsert_item("p", "1", document("1", "p", n), None)
            .await?;
        let read: Value = items.read_item("p", "1", None).await?.into_model()?;
        assert_eq!(read["number"], n);
    }
    for n in 0..20 {
        let id = format!("item {n}");
        items
            .create_item("p", &id, document(&id, "p", n), None)
            .await?;
        items.read_item("p", &id, None).await?;
        items.delete_item("p", &id, None).await?;
        refused(items.read_item("p", &id, None).await, 404);
    }
    Ok(())
}

pub(crate) async fn a_token_carries_to_another_client(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let other = local
        .new_client()
        .await?
        .database_client(DATABASE)
        .container_client("items", None)
        .await?;
    for n in 0..20 {
        let written = items
            .upsert_item("p", "1", document("1", "p", n), None)
            .await?;
        let token = written.headers().session_token().unwrap().clone();
        let options = ItemReadOptions::default().with_session_token(token);
        let read: Value = other
            .read_item("p", "1", Some(options))
            .await?
            .into_model()?;
        assert_eq!(read["number"], n);
    }
    Ok(())
}

pub(crate) async fn a_token_from_the_future_is_404_1002(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let written = items
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    let token = written.headers().session_token().unwrap();
    let future = SessionToken::from(from_the_future(token.as_str()));

    let mut operation = OperationOptions::default();
    operation.max_session_retry_count = Some(0);
    let options = ItemReadOptions::default()
        .with_session_token(future)
        .with_operation_options(operation);
    let error = refused(items.read_item("p", "1", Some(options)).await, 503);
    assert!(error.status().is_read_session_not_available(), "{error}");
    assert!(!error.status().is_not_found(), "the item may well exist");

    // The client's own session was not spoilt by it.
    items.read_item("p", "1", None).await?;
    Ok(())
}

pub(crate) async fn a_session_is_carried_apart_from_all_others(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let (ada, bob) = (Session::new(), Session::new());
    items
        .in_session(&ada)
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    assert!(!ada.is_empty() && bob.is_empty());
    items.in_session(&bob).read_item("p", "1", None).await?;
    assert!(!bob.is_empty(), "what was read counts as well");

    // Goes to another process and on from there.
    let there = Session::new();
    for entry in ada.export() {
        there.import(&entry);
    }
    let other = local.new_client().await?.in_session(&there);
    let other = other
        .database_client(DATABASE)
        .container_client("items", None)
        .await?;
    other.read_item("p", "1", None).await?;
    let before = there.revision();
    refused(
        other
            .create_item("p", "1", document("1", "p", 2), None)
            .await,
        409,
    );
    other
        .upsert_item("p", "1", document("1", "p", 3), None)
        .await?;
    assert!(there.revision() > before);
    Ok(())
}

/// `0:1#42` or `0:-1#42#0=42` a million positions later.
fn from_the_future(token: &str) -> String {
    let (range, vector) = token.split_once(':').unwrap();
    let mut parts: Vec<_> = vector.split('#').map(str::to_owned).collect();
    let lsn: u64 = parts[1].parse().unwrap();
    parts[1] = (lsn + 1_000_000).to_string();
    format!("{range}:{}", parts.join("#"))
}
