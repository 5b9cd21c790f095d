//! Many writers at once: etags decide, nothing is lost, exactly one creator wins.

use cosmokit::options::{ItemWriteOptions, Precondition};
use cosmokit::{ContainerClient, Result};
use cosmokit_testkit::LocalAccount;
use futures_util::future::{join_all, try_join_all};
use serde_json::Value;

use super::stage::{self, DATABASE, document};

const WRITERS: i64 = 8;
const ROUNDS: i64 = 5;

/// Adds one to the item's number, however often others are faster; says how often they were.
async fn add_one(items: &ContainerClient) -> Result<u32> {
    let mut lost = 0;
    loop {
        let read = items.read_item("p", "1", None).await?;
        let unchanged = Precondition::if_match(read.headers().etag().unwrap().clone());
        let mut item: Value = read.into_model()?;
        item["number"] = (item["number"].as_i64().unwrap() + 1).into();
        // Everyone has read before anyone writes, so that there is a race to lose.
        tokio::task::yield_now().await;
        let options = ItemWriteOptions::default().with_precondition(unchanged);
        match items.replace_item("p", "1", &item, Some(options)).await {
            Ok(_) => return Ok(lost),
            Err(error) if error.status().is_precondition_failed() => lost += 1,
            Err(error) => return Err(error),
        }
    }
}

pub(crate) async fn no_update_is_lost(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("p", "1", document("1", "p", 0), None)
        .await?;
    let writer = async |client: cosmokit::CosmosClient| -> Result<u32> {
        let items = client
            .database_client(DATABASE)
            .container_client("items", None)
            .await?;
        let mut lost = 0;
        for _ in 0..ROUNDS {
            lost += add_one(&items).await?;
        }
        Ok(lost)
    };
    let mut writers = Vec::new();
    for n in 0..WRITERS {
        // Half of them share a client, half have their own.
        let client = if n % 2 == 0 {
            local.client().clone()
        } else {
            local.new_client().await?
        };
        writers.push(writer(client));
    }
    let lost: u32 = try_join_all(writers).await?.into_iter().sum();
    let read: Value = items.read_item("p", "1", None).await?.into_model()?;
    assert_eq!(read["number"], WRITERS * ROUNDS);
    assert!(lost > 0, "without a lost race this shows nothing");
    Ok(())
}

pub(crate) async fn one_creator_wins(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    for round in 0..5 {
        let id = format!("item {round}");
        let create = async |n: i64| {
            items
                .create_item("p", &id, document(&id, "p", n), None)
                .await
        };
        let results = join_all((0..WRITERS).map(create)).await;
        let mut winners = Vec::new();
        for (n, result) in results.into_iter().enumerate() {
            match result {
                Ok(_) => winners.push(n),
                Err(error) => assert!(error.status().is_conflict(), "{error}"),
            }
        }
        assert_eq!(winners.len(), 1, "round {round}");
        let read: Value = items.read_item("p", &id, None).await?.into_model()?;
        assert_eq!(read["number"], winners[0]);
    }
    Ok(())
}

pub(crate) async fn many_writers_at_once(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let write = async |n: i64| -> Result<()> {
        let (key, id) = (format!("key {}", n % 16), format!("item {n}"));
        items
            .create_item(key.as_str(), &id, document(&id, &key, n), None)
            .await?;
        let read: Value = items
            .read_item(key.as_str(), &id, None)
            .await?
            .into_model()?;
        assert_eq!(read["number"], n);
        items
            .replace_item(&key, &id, document(&id, &key, -n), None)
            .await?;
        let read: Value = items.read_item(&key, &id, None).await?.into_model()?;
        assert_eq!(read["number"], -n);
        Ok(())
    };
    try_join_all((0..200).map(write)).await?;
    Ok(())
}

pub(crate) async fn the_last_writer_is_one_of_them(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let write = async |n: i64| {
        items
            .upsert_item("p", "1", document("1", "p", n), None)
            .await
    };
    let results = try_join_all((0..WRITERS).map(write)).await?;
    let created = results
        .iter()
        .filter(|response| response.status().status_code() == 201)
        .count();
    assert_eq!(created, 1, "the first one creates, the others replace");
    let read = items.read_item("p", "1", None).await?;
    let etag = read.headers().etag().cloned();
    let read: Value = read.into_model()?;
    let winner = usize::try_from(read["number"].as_i64().unwrap()).unwrap();
    assert_eq!(
        results[winner].headers().etag().cloned(),
        etag,
        "the stored version is the one that its writer made"
    );
    Ok(())
}
