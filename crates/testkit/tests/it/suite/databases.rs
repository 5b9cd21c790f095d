//! Databases: create, read, list, query, delete.

use std::num::NonZeroU32;

use cosmokit::feed::QueryFeedPage;
use cosmokit::models::{ContainerProperties, DatabaseProperties};
use cosmokit::options::{ListDatabasesOptions, MaxItemCountHint};
use cosmokit::{Query, ResourceId, Result};
use cosmokit_testkit::LocalAccount;
use futures_util::TryStreamExt as _;

use super::stage::{self, document, refused};

pub(crate) async fn create_read_delete(local: &LocalAccount) -> Result<()> {
    let client = local.client();
    let created = client.create_database("shop", None).await?;
    assert_eq!(created.status().status_code(), 201);
    let created = created.into_model()?;
    assert_eq!(created.id.as_deref(), Some("shop"));
    assert!(created.system_properties.resource_id.is_some());
    assert!(created.system_properties.etag.is_some());
    assert!(created.system_properties.last_modified.is_some());

    let shop = client.database_client("shop");
    assert_eq!(shop.name(), Some("shop"));
    let read = shop.read(None).await?;
    assert_eq!(read.status().status_code(), 200);
    assert_eq!(read.into_model()?, created);

    let deleted = shop.delete(None).await?;
    assert_eq!(deleted.status().status_code(), 204);
    assert!(deleted.body().is_empty());
    refused(shop.read(None).await, 404);
    refused(shop.delete(None).await, 404);
    Ok(())
}

pub(crate) async fn a_name_is_given_once(local: &LocalAccount) -> Result<()> {
    let client = local.client();
    client.create_database("shop", None).await?;
    let error = refused(client.create_database("shop", None).await, 409);
    assert!(error.status().is_conflict());
    client.create_database("Shop", None).await?;
    Ok(())
}

pub(crate) async fn names_that_cannot_be(local: &LocalAccount) -> Result<()> {
    let long = "n".repeat(256);
    for name in ["", "a/b", "a\\b", "a?b", "a#b", "blank at the end ", &long] {
        let error = refused(local.client().create_database(name, None).await, 400);
        assert!(error.status().is_bad_request(), "{name:?}: {error}");
    }
    assert!(names(local, None).await?.is_empty());
    Ok(())
}

pub(crate) async fn names_of_all_kinds(local: &LocalAccount) -> Result<()> {
    let long = "n".repeat(255);
    let kinds = [
        "a b",
        "база",
        "日本",
        "na\u{ef}ve",
        "100%",
        "a+b",
        "a&b=c",
        "it's",
        "\"quoted\"",
        "a:b;c,d",
        "🦀",
        &long,
    ];
    for name in kinds {
        local.client().create_database(name, None).await?;
        let database = local.client().database_client(name);
        assert_eq!(
            database.read(None).await?.into_model()?.id.as_deref(),
            Some(name)
        );
        database
            .create_container(
                ContainerProperties::new(name.to_owned(), "/pk".into()),
                None,
            )
            .await?;
        let container = database.container_client(name, None).await?;
        assert_eq!(container.read(None).await?.into_model()?.id, name);
        container
            .create_item("p", "1", document("1", "p", 1), None)
            .await?;
        container.read_item("p", "1", None).await?;
    }
    let mut expected: Vec<_> = kinds.iter().map(ToString::to_string).collect();
    let mut found = names(local, None).await?;
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    Ok(())
}

pub(crate) async fn lists_come_in_pages(local: &LocalAccount) -> Result<()> {
    let expected: Vec<_> = (0..7).map(|n| format!("db{n}")).collect();
    for name in &expected {
        local.client().create_database(name, None).await?;
    }
    let pages: Vec<_> = local
        .client()
        .list_databases(Some(limit(3)))?
        .into_pages()
        .try_collect()
        .await?;
    assert_eq!(
        pages
            .iter()
            .map(|page| page.items().len())
            .collect::<Vec<_>>(),
        [3, 3, 1]
    );
    assert_eq!(pages[0].headers().item_count(), Some(3));
    assert!(pages[1].headers().continuation().is_some());
    assert_eq!(pages[2].headers().continuation(), None);
    let ids: Vec<_> = pages
        .into_iter()
        .flat_map(QueryFeedPage::into_items)
        .filter_map(|db| db.id)
        .collect();
    assert_eq!(ids, expected);
    for size in [1, 7, 100] {
        assert_eq!(
            names(local, Some(limit(size))).await?,
            expected,
            "pages of {size}"
        );
    }
    Ok(())
}

pub(crate) async fn queries_by_id(local: &LocalAccount) -> Result<()> {
    for name in ["a", "b", "it's"] {
        local.client().create_database(name, None).await?;
    }
    let by_parameter = |name: &str| {
        Query::from("SELECT * FROM root r WHERE r.id = @id")
            .with_parameter("@id", name)
            .unwrap()
    };
    let check = async |query: Query, expected: &[&str]| -> Result<()> {
        let text = query.query.clone();
        let found: Vec<DatabaseProperties> = local
            .client()
            .query_databases(query, None)
            .await?
            .try_collect()
            .await?;
        let found: Vec<_> = found
            .iter()
            .filter_map(|database| database.id.as_deref())
            .collect();
        assert_eq!(found, expected, "{text}");
        Ok(())
    };
    check(by_parameter("a"), &["a"]).await?;
    check(by_parameter("it's"), &["it's"]).await?;
    check(by_parameter("none"), &[]).await?;
    check("SELECT * FROM c WHERE c.id = 'b'".into(), &["b"]).await?;
    check("SELECT * FROM c".into(), &["a", "b", "it's"]).await
}

pub(crate) async fn a_query_that_is_none(local: &LocalAccount) -> Result<()> {
    let mut stream = local
        .client()
        .query_databases("SELECT FROM WHERE", None)
        .await?;
    let error = stream.try_next().await.expect_err("this is no query");
    // 501 from an account that knows less SQL than the service.
    assert!(
        [400, 501].contains(&error.status().status_code().as_u16()),
        "{error}"
    );
    assert!(stream.try_next().await?.is_none(), "an error ends a stream");
    Ok(())
}

pub(crate) async fn deleting_takes_everything_along(local: &LocalAccount) -> Result<()> {
    let container = stage::container(local, "/pk").await?;
    container
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    let database = local.client().database_client(stage::DATABASE);
    database.delete(None).await?;
    refused(container.read_item("p", "1", None).await, 404);

    let other = local.new_client().await?;
    other.create_database(stage::DATABASE, None).await?;
    refused(
        other
            .database_client(stage::DATABASE)
            .container_client("items", None)
            .await,
        404,
    );
    Ok(())
}

pub(crate) async fn resource_ids_address_too(local: &LocalAccount) -> Result<()> {
    let by_name = stage::container(local, "/pk").await?;
    let database_rid = rid(local
        .client()
        .database_client(stage::DATABASE)
        .read(None)
        .await?
        .into_model()?);
    let container_rid = by_name
        .read(None)
        .await?
        .into_model()?
        .system_properties
        .resource_id
        .unwrap();

    let database = local
        .client()
        .database_client(ResourceId::from(database_rid));
    assert_eq!(
        database.read(None).await?.into_model()?.id.as_deref(),
        Some(stage::DATABASE)
    );
    let by_rid = database
        .container_client(ResourceId::from(container_rid.as_str()), None)
        .await?;
    assert_eq!(
        by_rid.rid().map(ResourceId::as_str),
        Some(container_rid.as_str())
    );
    assert_eq!(by_rid.read(None).await?.into_model()?.id, "items");

    by_rid
        .create_item("p", "1", document("1", "p", 7), None)
        .await?;
    let read: serde_json::Value = by_name.read_item("p", "1", None).await?.into_model()?;
    assert_eq!(read["number"], 7);

    refused(database.container_client("items", None).await, 400);
    let by_name = local.client().database_client(stage::DATABASE);
    refused(
        by_name
            .container_client(ResourceId::from(container_rid), None)
            .await,
        400,
    );
    Ok(())
}

fn rid(database: DatabaseProperties) -> String {
    database.system_properties.resource_id.unwrap()
}

fn limit(items: u32) -> ListDatabasesOptions {
    ListDatabasesOptions::default()
        .with_max_item_count(MaxItemCountHint::Limit(NonZeroU32::new(items).unwrap()))
}

async fn names(local: &LocalAccount, options: Option<ListDatabasesOptions>) -> Result<Vec<String>> {
    let databases: Vec<_> = local
        .client()
        .list_databases(options)?
        .try_collect()
        .await?;
    Ok(databases
        .into_iter()
        .filter_map(|database| database.id)
        .collect())
}
