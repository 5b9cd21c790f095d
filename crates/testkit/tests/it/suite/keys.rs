//! Partition keys and ids of every kind that is allowed, and of the kinds that are not.

use cosmokit::models::PartitionKeyValue;
use cosmokit::{PartitionKey, Result, SubStatusCode};
use cosmokit_testkit::LocalAccount;
use serde_json::{Value, json};

use super::stage::{self, document, refused};

pub(crate) async fn every_kind_of_value(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let float = |value: f64| PartitionKey::try_from(value).unwrap();
    let kinds: Vec<(PartitionKey, Option<Value>)> = vec![
        ("text".into(), Some(json!("text"))),
        (String::from("owned").into(), Some(json!("owned"))),
        ("".into(), Some(json!(""))),
        (7.into(), Some(json!(7))),
        ((-7_i64).into(), Some(json!(-7))),
        (0_u8.into(), Some(json!(0))),
        (
            9_007_199_254_740_991_i64.into(),
            Some(json!(9_007_199_254_740_991_i64)),
        ),
        (float(1.5), Some(json!(1.5))),
        (float(-1e-7), Some(json!(-1e-7))),
        (float(1e21), Some(json!(1e21))),
        (true.into(), Some(json!(true))),
        (false.into(), Some(json!(false))),
        (PartitionKey::NULL.into(), Some(Value::Null)),
        (
            PartitionKeyValue::from(None::<String>).into(),
            Some(Value::Null),
        ),
        (PartitionKey::UNDEFINED.into(), None),
    ];
    for (n, (key, value)) in kinds.iter().enumerate() {
        let id = format!("item {n}");
        let mut item = json!({ "id": id, "n": n });
        if let Some(value) = value {
            item["pk"] = value.clone();
        }
        items.create_item(key.clone(), &id, &item, None).await?;
        let read: Value = items
            .read_item(key.clone(), &id, None)
            .await?
            .into_model()?;
        assert_eq!(read["n"], n, "{key}");
    }
    // A number is one key in every way of writing it; a text of digits is another.
    let item = json!({"id": "1", "pk": 1});
    items.create_item(1, "1", &item, None).await?;
    items.read_item(float(1.0), "1", None).await?;
    items.read_item(1_u64, "1", None).await?;
    refused(items.read_item("1", "1", None).await, 404);
    Ok(())
}

pub(crate) async fn texts_of_all_kinds(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let long = "k".repeat(2000);
    for key in [
        "a b",
        "\"",
        "\\",
        "/",
        "a,b]",
        "ünï",
        "日本",
        "🦀",
        "\u{1}\n\t",
        "?#&=%25+",
        "[\"x\"]",
        "null",
        &long,
    ] {
        // The key lives no longer than this turn of the loop.
        let key = String::from(key);
        items
            .create_item(key.as_str(), "1", document("1", &key, 1), None)
            .await?;
        let read: Value = items
            .read_item(key.as_str(), "1", None)
            .await?
            .into_model()?;
        assert_eq!(read["pk"], key);
        items.delete_item(&key, "1", None).await?;
    }
    Ok(())
}

pub(crate) async fn nested_and_quoted_paths(local: &LocalAccount) -> Result<()> {
    let database = stage::database(local).await?;
    let cases = [
        (
            "nested",
            "/a/b/c",
            json!({"id": "1", "a": {"b": {"c": "v"}}}),
        ),
        (
            "quoted",
            "/\"a b\"/c",
            json!({"id": "1", "a b": {"c": "v"}}),
        ),
        ("slash", "/\"a/b\"", json!({"id": "1", "a/b": "v"})),
        ("unicode", "/ключ", json!({"id": "1", "ключ": "v"})),
        ("id", "/id", json!({"id": "v"})),
    ];
    for (name, path, item) in cases {
        let properties = cosmokit::models::ContainerProperties::new(name, path.into());
        database.create_container(properties, None).await?;
        let items = database.container_client(name, None).await?;
        let id = item["id"].as_str().unwrap();
        items.create_item("v", id, &item, None).await?;
        items.read_item("v", id, None).await?;
        refused(items.create_item("w", id, &item, None).await, 400);
    }
    Ok(())
}

pub(crate) async fn the_document_must_agree(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let item = document("1", "p", 1);
    for key in [
        PartitionKey::from("q"),
        1.into(),
        PartitionKey::NULL.into(),
        PartitionKey::UNDEFINED.into(),
    ] {
        let error = refused(items.create_item(key.clone(), "1", &item, None).await, 400);
        assert_eq!(
            error.substatus().map(SubStatusCode::value),
            Some(1001),
            "{key}: {error}"
        );
        refused(items.upsert_item(key, "1", &item, None).await, 400);
    }
    items.create_item("p", "1", &item, None).await?;
    refused(
        items
            .replace_item("p", "1", document("1", "q", 1), None)
            .await,
        400,
    );
    // An object or array at the path is no value.
    items
        .create_item(
            PartitionKey::UNDEFINED,
            "2",
            json!({"id": "2", "pk": {"a": 1}}),
            None,
        )
        .await?;
    items
        .create_item(
            PartitionKey::UNDEFINED,
            "3",
            json!({"id": "3", "pk": [1]}),
            None,
        )
        .await?;
    Ok(())
}

pub(crate) async fn ids_of_all_kinds(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let long = "i".repeat(1023);
    let kinds = [
        "a b",
        " leading",
        "a?b",
        "a#b",
        "a%b",
        "%2F",
        "a+b",
        "a&b=c",
        "it's",
        "\"quoted\"",
        "a:b;c,d@e!",
        "ünï",
        "日本",
        "🦀",
        "[1]",
        "{x}",
        "a|b^c`",
        "<a>",
        "...",
        "..a",
        "~",
        "*",
        "$",
        "null",
        "0",
        &long,
    ];
    for id in kinds {
        items
            .create_item("p", id, document(id, "p", 1), None)
            .await?;
        let read: Value = items.read_item("p", id, None).await?.into_model()?;
        assert_eq!(read["id"], id);
        items
            .replace_item("p", id, document(id, "p", 2), None)
            .await?;
        items
            .upsert_item("p", id, document(id, "p", 3), None)
            .await?;
        let read: Value = items.read_item("p", id, None).await?.into_model()?;
        assert_eq!(read["number"], 3, "{id:?}");
        items.delete_item("p", id, None).await?;
        refused(items.read_item("p", id, None).await, 404);
    }
    Ok(())
}

pub(crate) async fn ids_that_cannot_be(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let long = "i".repeat(1024);
    for id in ["", "a/b", "/", "a\\b", &long] {
        let item = document(id, "p", 1);
        for error in [
            items.create_item("p", id, &item, None).await.unwrap_err(),
            items.upsert_item("p", id, &item, None).await.unwrap_err(),
            items.replace_item("p", id, &item, None).await.unwrap_err(),
            items.read_item("p", id, None).await.unwrap_err(),
            items.delete_item("p", id, None).await.unwrap_err(),
        ] {
            assert!(
                error.status().is_bad_request(),
                "{:?}: {error}",
                id.get(..10).unwrap_or(id)
            );
        }
    }
    Ok(())
}

pub(crate) async fn the_key_is_found_in_the_document(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, ("/tenant", "/user/id")).await?;
    let cases = [
        (
            json!({"id": "1", "tenant": "t", "user": {"id": 7}}),
            PartitionKey::from(("t", 7)),
        ),
        (
            json!({"id": "1", "tenant": null}),
            PartitionKey::from((PartitionKeyValue::NULL, PartitionKeyValue::UNDEFINED)),
        ),
        (
            json!({"id": "1", "tenant": [1], "user": {"id": true}}),
            PartitionKey::from((PartitionKeyValue::UNDEFINED, true)),
        ),
    ];
    for (item, expected) in cases {
        let key = items.partition_key_of(&item).await?;
        assert_eq!(key, expected);
        items.create_item(key.clone(), "1", &item, None).await?;
        items.read_item(key, "1", None).await?;
    }
    refused(items.partition_key_of(&"no object").await, 400);
    Ok(())
}
