//! Items: the five operations, their statuses, the form of documents, and what is refused.

use cosmokit::models::{ContainerProperties, UniqueKey, UniqueKeyPolicy};
use cosmokit::{ContainerClient, PartitionKey, Result};
use cosmokit_testkit::LocalAccount;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::stage::{self, document, refused, with_content};

pub(crate) async fn create_read_replace_upsert_delete(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let created = items
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    assert_eq!(created.status().status_code(), 201);
    assert!(created.body().is_empty(), "a body must be asked for");

    assert_eq!(number(&items, "1").await?, 1);
    let replaced = items
        .replace_item("p", "1", document("1", "p", 2), None)
        .await?;
    assert_eq!(replaced.status().status_code(), 200);
    assert_eq!(number(&items, "1").await?, 2);

    let upserted = items
        .upsert_item("p", "1", document("1", "p", 3), None)
        .await?;
    assert_eq!(upserted.status().status_code(), 200);
    let upserted = items
        .upsert_item("p", "2", document("2", "p", 4), None)
        .await?;
    assert_eq!(upserted.status().status_code(), 201);
    assert_eq!(
        (number(&items, "1").await?, number(&items, "2").await?),
        (3, 4)
    );

    let deleted = items.delete_item("p", "1", None).await?;
    assert_eq!(deleted.status().status_code(), 204);
    assert!(deleted.body().is_empty());
    refused(items.read_item("p", "1", None).await, 404);
    assert_eq!(number(&items, "2").await?, 4);
    Ok(())
}

pub(crate) async fn written_documents_come_back_when_asked_for(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let mut last_etag = String::new();
    for (round, write) in ["create", "replace", "upsert"].into_iter().enumerate() {
        let body = document("1", "p", i64::try_from(round).unwrap());
        let response = match write {
            "create" => {
                items
                    .create_item("p", "1", &body, Some(with_content()))
                    .await?
            }
            "replace" => {
                items
                    .replace_item("p", "1", &body, Some(with_content()))
                    .await?
            }
            _ => {
                items
                    .upsert_item("p", "1", &body, Some(with_content()))
                    .await?
            }
        };
        let etag = response.headers().etag().unwrap().to_string();
        let stored: Value = response.into_model()?;
        assert_eq!(stored["number"], round, "{write}");
        assert_eq!(stored["_etag"], etag, "{write}: header and body agree");
        assert_ne!(etag, last_etag, "{write}");
        let read: Value = items.read_item("p", "1", None).await?.into_model()?;
        assert_eq!(read, stored, "{write}: what was answered is what is stored");
        last_etag = etag;
    }
    Ok(())
}

pub(crate) async fn what_is_not_there_is_404(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    for (key, id) in [("p", "2"), ("q", "1"), ("P", "1")] {
        let error = refused(items.read_item(key, id, None).await, 404);
        assert!(error.status().is_not_found(), "{error}");
        refused(
            items
                .replace_item(key, id, document(id, key, 1), None)
                .await,
            404,
        );
        refused(items.delete_item(key, id, None).await, 404);
    }
    assert_eq!(number(&items, "1").await?, 1);
    Ok(())
}

pub(crate) async fn an_id_is_given_once_per_key(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    refused(
        items
            .create_item("p", "1", document("1", "p", 2), None)
            .await,
        409,
    );
    items
        .create_item("q", "1", document("1", "q", 3), None)
        .await?;
    assert_eq!(number(&items, "1").await?, 1);

    items.delete_item("p", "1", None).await?;
    items
        .create_item("p", "1", document("1", "p", 4), None)
        .await?;
    assert_eq!(number(&items, "1").await?, 4);
    Ok(())
}

pub(crate) async fn the_document_keeps_its_form(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let text = r#"{"z":[],"id":"1","a":{"y":null,"b":[1,{"c":{}}]},"pk":"p","":"empty name","$ref":"x","sp ace":true}"#;
    items
        .create_item("p", "1", RawValue::from_string(text.to_owned())?, None)
        .await?;
    let stored = items
        .read_item("p", "1", None)
        .await?
        .into_body()
        .single()?;
    let stored = std::str::from_utf8(&stored).unwrap();
    let own = text.strip_suffix('}').unwrap();
    assert!(
        stored.starts_with(own),
        "properties keep their order and text: {stored}"
    );
    let names: Vec<String> = serde_json::from_str::<indexed::Object>(stored)?.0;
    let system: Vec<_> = names.iter().skip(7).map(String::as_str).collect();
    assert_eq!(
        system,
        ["_rid", "_self", "_etag", "_attachments", "_ts"],
        "the service's own come last"
    );

    // A document that was read may be written again as it is.
    let read: Value = serde_json::from_str(stored)?;
    items.replace_item("p", "1", &read, None).await?;
    let again: Value = items.read_item("p", "1", None).await?.into_model()?;
    assert_eq!(again["a"], read["a"]);
    assert_ne!(again["_etag"], read["_etag"]);
    assert_eq!(again["_rid"], read["_rid"]);
    Ok(())
}

pub(crate) async fn numbers_and_texts_survive(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let values = json!({
        "numbers": [0, -1, 1, i64::MAX, i64::MIN, u64::MAX, 9_007_199_254_740_993_i64, 0.1, -2.5e-10, 1.0e300, 5e-324,
                    0.300_000_000_000_000_04],
        "texts": ["", "\u{0}", "\u{7f}", "\n\r\t", "\"\\/", "ünï", "日本語", "🦀\u{10ffff}", "\u{2028}\u{2029}", "\u{fffd}",
                  "long ".repeat(1000)],
        "others": [true, false, null, [], {}, [[[[]]]], {"a": {"a": {"a": 1}}}],
    });
    let mut item = document("1", "p", 1);
    item["values"] = values.clone();
    items.create_item("p", "1", &item, None).await?;
    let read: Value = items.read_item("p", "1", None).await?.into_model()?;
    assert_eq!(read["values"], values);
    Ok(())
}

pub(crate) async fn documents_that_are_refused(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let refusals = [
        ("no id", r#"{"pk":"p"}"#.to_owned()),
        ("a number as id", r#"{"id":1,"pk":"p"}"#.to_owned()),
        ("null as id", r#"{"id":null,"pk":"p"}"#.to_owned()),
        ("an empty id", r#"{"id":"","pk":"p"}"#.to_owned()),
        ("an array", "[1,2]".to_owned()),
        ("a text", r#""p""#.to_owned()),
        (
            "too deep",
            format!(r#"{{"id":"1","pk":"p","a":{}}}"#, nested(200)),
        ),
    ];
    for (what, text) in refusals {
        let raw = RawValue::from_string(text)?;
        let error = items
            .create_item("p", "1", &raw, None)
            .await
            .expect_err(what);
        assert_eq!(error.status().status_code(), 400, "{what}: {error}");
        let error = items
            .upsert_item("p", "1", &raw, None)
            .await
            .expect_err(what);
        assert_eq!(error.status().status_code(), 400, "{what}: {error}");
    }
    refused(items.read_item("p", "1", None).await, 404);

    items
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    refused(
        items
            .replace_item("p", "1", document("2", "p", 2), None)
            .await,
        400,
    );
    assert_eq!(number(&items, "1").await?, 1);
    Ok(())
}

pub(crate) async fn unique_keys_hold(local: &LocalAccount) -> Result<()> {
    let database = stage::database(local).await?;
    let mail = UniqueKeyPolicy::default().with_unique_key(UniqueKey::default().with_path("/mail"));
    let people = ContainerProperties::new("people", "/pk".into()).with_unique_key_policy(mail);
    database.create_container(people, None).await?;
    let people = database.container_client("people", None).await?;
    let person = |id: &str, pk: &str, mail: &str| json!({"id": id, "pk": pk, "mail": mail});

    people
        .create_item("p", "1", person("1", "p", "a@x"), None)
        .await?;
    refused(
        people
            .create_item("p", "2", person("2", "p", "a@x"), None)
            .await,
        409,
    );
    refused(
        people
            .upsert_item("p", "2", person("2", "p", "a@x"), None)
            .await,
        409,
    );
    people
        .create_item("q", "2", person("2", "q", "a@x"), None)
        .await?;
    people
        .create_item("p", "2", person("2", "p", "b@x"), None)
        .await?;
    refused(
        people
            .replace_item("p", "2", person("2", "p", "a@x"), None)
            .await,
        409,
    );
    people
        .replace_item("p", "1", person("1", "p", "a@x"), None)
        .await?;
    people.delete_item("p", "1", None).await?;
    people
        .replace_item("p", "2", person("2", "p", "a@x"), None)
        .await?;
    Ok(())
}

pub(crate) async fn sizes_have_a_limit(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let of = |bytes: usize| json!({"id": "big", "pk": "p", "filler": "x".repeat(bytes)});
    let large = 1_900_000;
    items.create_item("p", "big", of(large), None).await?;
    let read: Value = items.read_item("p", "big", None).await?.into_model()?;
    assert_eq!(read["filler"].as_str().map(str::len), Some(large));

    let too_large = of(3_000_000);
    refused(items.replace_item("p", "big", &too_large, None).await, 413);
    refused(items.upsert_item("p", "big", &too_large, None).await, 413);
    items.delete_item("p", "big", None).await?;
    refused(items.create_item("p", "big", &too_large, None).await, 413);
    items.create_item("p", "big", of(1), None).await?;
    Ok(())
}

async fn number(items: &ContainerClient, id: &str) -> Result<i64> {
    let read: Value = items
        .read_item(PartitionKey::from("p"), id, None)
        .await?
        .into_model()?;
    Ok(read["number"].as_i64().unwrap())
}

/// Reads the names of an object in their order, which a map would lose.
mod indexed {
    use std::fmt;

    use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

    pub(super) struct Object(pub(super) Vec<String>);

    impl<'de> Deserialize<'de> for Object {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Names;
            impl<'de> Visitor<'de> for Names {
                type Value = Object;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                    let mut names = Vec::new();
                    while let Some((name, IgnoredAny)) = map.next_entry()? {
                        names.push(name);
                    }
                    Ok(Object(names))
                }
            }
            deserializer.deserialize_map(Names)
        }
    }
}
