//! Patches: every operation, conditions, both ways of applying them.

use std::num::NonZeroU8;

use cosmokit::Result;
use cosmokit::models::{PatchInstructions, PatchOperation};
use cosmokit::options::{
    ContentResponseOnWrite, OperationOptions, PatchItemOptions, PatchStrategy, Precondition,
};
use cosmokit_testkit::LocalAccount;
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::stage::{self, document, refused};

fn every_operation() -> PatchInstructions {
    PatchInstructions::new()
        .with_operation(PatchOperation::set("/tier", json!("gold")))
        .with_operation(PatchOperation::add("/tags/-", json!("vip")))
        .with_operation(PatchOperation::replace("/total", json!(125.0)))
        .with_operation(PatchOperation::remove("/legacy"))
        .with_operation(PatchOperation::increment("/number", 1_i64))
        .with_operation(PatchOperation::move_value("/tags/0", "/headline"))
}

fn with(strategy: PatchStrategy) -> PatchItemOptions {
    PatchItemOptions::default().with_strategy(strategy)
}

const STRATEGIES: [PatchStrategy; 3] = [
    PatchStrategy::Auto,
    PatchStrategy::ServerSide,
    PatchStrategy::ClientSide,
];

pub(crate) async fn both_ways_come_to_the_same(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    for strategy in STRATEGIES {
        let before =
            json!({"id": "a", "pk": "k", "total": 1, "number": 7, "tags": ["x"], "legacy": 0});
        items.upsert_item("k", "a", &before, None).await?;
        let patched: Value = items
            .patch_item("k", "a", every_operation(), Some(with(strategy)))
            .await?
            .into_model()?;
        let read: Value = items.read_item("k", "a", None).await?.into_model()?;
        assert_eq!(patched, read, "{strategy:?}");
        let expected =
            json!({"tier": "gold", "tags": ["vip"], "total": 125.0, "number": 8, "headline": "x"});
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(read[name], *value, "{strategy:?} {name}");
        }
        assert_eq!(read.get("legacy"), None);
    }
    Ok(())
}

pub(crate) async fn the_document_comes_back_unless_refused(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("k", "a", document("a", "k", 1), None)
        .await?;
    let patch = || PatchInstructions::new().with_operation(PatchOperation::set("/x", json!(1)));
    let mut operation = OperationOptions::default();
    operation.content_response_on_write = Some(ContentResponseOnWrite::Disabled);
    for strategy in STRATEGIES {
        let response = items
            .patch_item("k", "a", patch(), Some(with(strategy)))
            .await?;
        assert!(!response.body().is_empty(), "{strategy:?}");
        let options = with(strategy).with_operation_options(operation.clone());
        let response = items.patch_item("k", "a", patch(), Some(options)).await?;
        assert!(response.body().is_empty(), "{strategy:?}");
        assert!(response.headers().etag().is_some());
    }
    Ok(())
}

pub(crate) async fn conditions_hold(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let created = items
        .create_item("k", "a", document("a", "k", 1), None)
        .await?;
    let etag = created.headers().etag().cloned().unwrap();
    let patch =
        || PatchInstructions::new().with_operation(PatchOperation::increment("/number", 1_i64));
    let open = |number: u32| {
        PatchItemOptions::default()
            .with_filter_predicate(format!("from c where c.number = {number}"))
    };
    refused(
        items.patch_item("k", "a", patch(), Some(open(5))).await,
        412,
    );
    items.patch_item("k", "a", patch(), Some(open(1))).await?;
    for strategy in STRATEGIES {
        let stale = with(strategy).with_precondition(Precondition::if_match(etag.clone()));
        refused(items.patch_item("k", "a", patch(), Some(stale)).await, 412);
    }
    let read: Value = items.read_item("k", "a", None).await?.into_model()?;
    assert_eq!(read["number"], 2);
    let elsewhere = open(2).with_strategy(PatchStrategy::ClientSide);
    refused(
        items.patch_item("k", "a", patch(), Some(elsewhere)).await,
        400,
    );
    Ok(())
}

pub(crate) async fn what_cannot_be_patched(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("k", "a", document("a", "k", 1), None)
        .await?;
    let bad = [
        PatchOperation::set("/pk", json!("other")),
        PatchOperation::set("/id", json!("other")),
        PatchOperation::remove("/nothing"),
        PatchOperation::increment("/id", 1_i64),
        PatchOperation::set("/no/such/parent", json!(1)),
    ];
    for strategy in STRATEGIES {
        for operation in &bad {
            let patch = PatchInstructions::new().with_operation(operation.clone());
            refused(
                items
                    .patch_item("k", "a", patch, Some(with(strategy)))
                    .await,
                400,
            );
        }
        let nothing = PatchInstructions::new();
        refused(
            items
                .patch_item("k", "a", nothing, Some(with(strategy)))
                .await,
            400,
        );
        let patch = PatchInstructions::new().with_operation(PatchOperation::set("/x", json!(1)));
        refused(
            items
                .patch_item("k", "missing", patch, Some(with(strategy)))
                .await,
            404,
        );
    }
    Ok(())
}

pub(crate) async fn long_lists_are_applied_by_the_client(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("k", "a", document("a", "k", 0), None)
        .await?;
    let long = || {
        (0..25).fold(PatchInstructions::new(), |patch, n| {
            patch.with_operation(PatchOperation::set(format!("/p{n}"), json!(n)))
        })
    };
    let server = Some(with(PatchStrategy::ServerSide));
    refused(items.patch_item("k", "a", long(), server).await, 400);
    let patched: Value = items
        .patch_item("k", "a", long(), None)
        .await?
        .into_model()?;
    assert_eq!(patched["p24"], 24);
    Ok(())
}

pub(crate) async fn no_increment_is_lost(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("k", "a", document("a", "k", 0), None)
        .await?;
    let attempts = NonZeroU8::new(100).unwrap();
    for strategy in [PatchStrategy::ServerSide, PatchStrategy::ClientSide] {
        let increment = async |_| {
            let patch = PatchInstructions::new()
                .with_operation(PatchOperation::increment("/number", 1_i64));
            let options = with(strategy).with_max_attempts(attempts);
            items.patch_item("k", "a", patch, Some(options)).await
        };
        try_join_all((0..20).map(increment)).await?;
    }
    let read: Value = items.read_item("k", "a", None).await?.into_model()?;
    assert_eq!(read["number"], 40);
    Ok(())
}
