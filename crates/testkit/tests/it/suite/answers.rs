//! What every answer says besides the document: headers, diagnostics, errors.

use cosmokit::error::ErrorKind;
use cosmokit::{AccountReference, CosmosClient, Result};
use cosmokit_testkit::LocalAccount;
use serde_json::Value;

use super::stage::{self, DATABASE, document, refused};

pub(crate) async fn headers_say_what_happened(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let created = items
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    let read = items.read_item("p", "1", None).await?;
    for headers in [created.headers(), read.headers()] {
        assert!(headers.request_charge().unwrap().value() >= 1.0);
        assert!(headers.session_token().is_some());
        assert!(headers.activity_id().unwrap().to_uuid().is_some());
        assert!(headers.etag().is_some());
        assert!(headers.lsn().unwrap() > 0);
        assert!(headers.item_lsn().unwrap() > 0);
        assert!(headers.partition_key_range_id().is_some());
        assert!(headers.server_duration().is_some());
        assert!(headers.gateway_version().is_some());
        assert!(headers.as_map().len() > 10);
    }
    assert_eq!(created.headers().etag(), read.headers().etag());
    assert_ne!(
        created.headers().activity_id(),
        read.headers().activity_id()
    );
    assert!(
        created.headers().request_charge() > read.headers().request_charge(),
        "a write costs more than a read"
    );
    let owner = read.headers().owner_full_name().unwrap();
    assert_eq!(owner, format!("dbs/{DATABASE}/colls/items"));
    Ok(())
}

pub(crate) async fn diagnostics_name_every_attempt(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let created = items
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    let diagnostics = created.diagnostics();
    assert_eq!(diagnostics.request_count(), 1);
    let request = diagnostics.requests().next().unwrap();
    assert_eq!(request.status(), created.status());
    assert_eq!(
        request.activity_id(),
        created.headers().activity_id().unwrap()
    );
    assert!(request.region().is_some());
    assert_eq!(
        Some(&diagnostics.total_request_charge()),
        created.headers().request_charge()
    );

    let error = refused(
        items
            .create_item("p", "1", document("1", "p", 1), None)
            .await,
        409,
    );
    let diagnostics = error.diagnostics().unwrap();
    assert_eq!(diagnostics.request_count(), 1, "a conflict is final");
    let summary = diagnostics.summary();
    assert!(summary.len() <= 2048, "{} bytes", summary.len());
    let summary: Value = serde_json::from_str(&summary)?;
    assert!(summary.is_object());
    Ok(())
}

pub(crate) async fn errors_say_what_happened(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let error = refused(items.read_item("p", "1", None).await, 404);
    assert_eq!(error.kind(), ErrorKind::Service);
    assert!(error.is_from_wire());
    assert!(!error.is_transient());
    assert!(!error.may_have_been_applied());
    assert!(error.request_charge().value() > 0.0, "a miss costs too");
    assert!(error.activity_id().is_some());
    let response = error.response().unwrap();
    let body: Value = serde_json::from_slice(response.body().as_bytes())?;
    assert_eq!(body["code"], "NotFound");
    assert!(error.to_string().contains("404"), "{error}");

    let error = refused(items.read_item("p", "a/b", None).await, 400);
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(!error.is_from_wire(), "nothing was sent");
    assert!(error.to_string().contains("a/b"), "{error}");
    Ok(())
}

pub(crate) async fn a_wrong_key_is_refused(local: &LocalAccount) -> Result<()> {
    let error = refused(with_key(local, "d3Jvbmcga2V5").await, 401);
    assert!(error.status().is_unauthorized());
    let error = with_key(local, "this is not base64!").await.unwrap_err();
    assert!(
        error.status().is_unauthorized() || error.status().is_bad_request(),
        "{error}"
    );
    assert!(
        !format!("{error} {error:?}").contains("not base64!"),
        "an error never shows a key"
    );
    Ok(())
}

pub(crate) async fn a_read_only_key_reads_only(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    let key = local.account().keys().primary_read_only.clone();
    let reader = with_key(local, key.secret()).await?;
    let items = reader
        .database_client(DATABASE)
        .container_client("items", None)
        .await?;
    items.read_item("p", "1", None).await?;
    // To the service this key signs no write, so it answers as to a wrong signature.
    refused(
        items
            .create_item("p", "2", document("2", "p", 1), None)
            .await,
        401,
    );
    refused(items.delete_item("p", "1", None).await, 401);
    refused(reader.create_database("other", None).await, 401);
    Ok(())
}

pub(crate) async fn a_body_of_another_form_is_an_error(local: &LocalAccount) -> Result<()> {
    #[derive(Debug, serde::Deserialize)]
    struct Order {
        #[expect(dead_code, reason = "it is about the missing field")]
        total: f64,
    }
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    let error = items
        .read_item("p", "1", None)
        .await?
        .into_model::<Order>()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Serialization);
    assert!(
        error.diagnostics().is_some(),
        "the attempts that brought the body are there"
    );
    assert!(error.to_string().contains("Order"), "{error}");
    Ok(())
}

/// A client of the same account with another key, over the same wire.
async fn with_key(local: &LocalAccount, key: &str) -> Result<CosmosClient> {
    let endpoint = local.reference().endpoint().clone();
    local
        .connect(AccountReference::with_authentication_key(endpoint, key))
        .await
}
