//! Users, permissions, keys, functions, procedures and triggers, through the client.

use cosmokit::Result;
use cosmokit::models::{
    ClientEncryptionKey, Permission, PermissionMode, StoredProcedure, Trigger, TriggerOperation,
    TriggerType, User, UserDefinedFunction,
};
use cosmokit::options::{
    ItemWriteOptions, ListNamedResourcesOptions, MaxItemCountHint, NamedResourceOptions,
    Precondition, StoredProcedureOptions,
};
use cosmokit_testkit::LocalAccount;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use std::num::NonZeroU32;
use std::time::Duration;

use super::stage::{self, document, refused, with_content};

pub(crate) async fn users_have_permissions(local: &LocalAccount) -> Result<()> {
    let database = stage::database(local).await?;
    let users = database.users();
    let created = users.create(&User::new("ann"), None).await?;
    let etag = created.headers().etag().cloned().unwrap();
    assert_eq!(
        created.into_model()?.permissions_link.as_deref(),
        Some("permissions/")
    );
    refused(users.create(&User::new("ann"), None).await, 409);
    users.upsert(&User::new("bob d'Arc é"), None).await?;
    let read = users.read("bob d'Arc é", None).await?.into_model()?;
    assert_eq!(read.id, "bob d'Arc é");

    let permissions = database.permissions("ann");
    let permission = Permission::new("p", PermissionMode::Read, "dbs/db/colls/items");
    let longer = NamedResourceOptions::default().with_token_lifetime(Duration::from_secs(60));
    let created = permissions
        .create(&permission, Some(longer))
        .await?
        .into_model()?;
    assert!(created.token.is_some());
    let listed: Vec<Permission> = permissions.list(None)?.try_collect().await?;
    assert_eq!(listed[0].mode(), Some(PermissionMode::Read));
    refused(database.permissions("none").read("p", None).await, 404);

    users
        .replace("bob d'Arc é", &User::new("rob"), None)
        .await?;
    let one = ListNamedResourcesOptions::default()
        .with_max_item_count(MaxItemCountHint::Limit(NonZeroU32::MIN));
    let ids: Vec<User> = users.list(Some(one))?.try_collect().await?;
    assert_eq!(
        ids.iter().map(|user| &*user.id).collect::<Vec<_>>(),
        ["ann", "rob"]
    );
    let found: Vec<User> = users
        .query("SELECT * FROM c WHERE c.id = 'rob'", None)?
        .try_collect()
        .await?;
    assert_eq!(found.len(), 1);
    let stale = |etag: &str| {
        NamedResourceOptions::default().with_precondition(Precondition::if_match(etag.to_owned()))
    };
    refused(users.delete("ann", Some(stale("\"x\""))).await, 412);
    users.delete("ann", Some(stale(etag.as_ref()))).await?;
    refused(permissions.read("p", None).await, 404);

    let keys = database.client_encryption_keys();
    let mut key = ClientEncryptionKey::default();
    "key".clone_into(&mut key.id);
    keys.create(&key, None).await?;
    assert_eq!(keys.read("key", None).await?.into_model()?.id, "key");
    Ok(())
}

pub(crate) async fn functions_are_called_in_queries(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    for n in 0..20 {
        let pk = format!("k{}", n % 5);
        let item = document(&n.to_string(), &pk, n);
        items.create_item(pk, &n.to_string(), &item, None).await?;
    }
    let functions = items.user_defined_functions();
    let double = UserDefinedFunction::new("double", "function (n) { return 2 * n; }");
    functions.create(&double, None).await?;
    let text = "SELECT VALUE udf.double(c.number) FROM c WHERE udf.double(c.number) > 30 ORDER BY c.number DESC";
    let query = async |text: &str| -> Result<Vec<Value>> {
        let all = cosmokit::FeedScope::full_container();
        items
            .query_items::<Value>(text, all, None)
            .await?
            .try_collect()
            .await
    };
    assert_eq!(query(text).await?, [38, 36, 34, 32].map(Value::from));
    let sum = query("SELECT VALUE SUM(udf.double(c.number)) FROM c").await?;
    assert_eq!(sum, [json!(380)]);
    let broken = UserDefinedFunction::new("double", "function () { throw new Error('broken'); }");
    functions.replace("double", &broken, None).await?;
    let error = refused(query(text).await, 400);
    assert!(error.to_string().contains("Error: broken"), "{error}");
    functions.delete("double", None).await?;
    refused(query(text).await, 400);
    Ok(())
}

pub(crate) async fn procedures_are_executed(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let body = r"function (documents) {
        console.log('importing ' + documents.length);
        var created = 0;
        documents.forEach(function (document) {
            __.createDocument(__.getSelfLink(), document, function (error) {
                if (error) throw new Error(error.number, 'refused');
                created += 1;
                __.response.setBody(created);
            });
        });
    }";
    items
        .stored_procedures()
        .create(&StoredProcedure::new("import é", body), None)
        .await?;
    let documents = [document("a", "k", 1), document("b", "k", 2)];
    let logged = StoredProcedureOptions::default().with_script_logging(true);
    let response = items
        .execute_stored_procedure("k", "import é", (&documents,), Some(logged))
        .await?;
    assert_eq!(response.script_log().as_deref(), Some("importing 2\n"));
    assert!(response.headers().request_charge().is_some());
    assert_eq!(response.into_model::<u64>()?, 2);
    // In the session of the client.
    let read: Value = items.read_item("k", "b", None).await?.into_model()?;
    assert_eq!(read["number"], 2);
    let more = [document("c", "k", 3), document("a", "k", 1)];
    let failed = items
        .execute_stored_procedure("k", "import é", (&more,), None)
        .await;
    let error = refused(failed, 400);
    assert_eq!(
        error
            .status()
            .sub_status()
            .map(cosmokit::SubStatusCode::value),
        Some(409),
        "{error}"
    );
    refused(items.read_item("k", "c", None).await, 404);
    refused(
        items.execute_stored_procedure("k", "none", (), None).await,
        404,
    );
    Ok(())
}

pub(crate) async fn triggers_run_with_writes(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let stamp = "function () { var r = getContext().getRequest(), d = r.getBody(); d.stamped = true; r.setBody(d); }";
    let triggers = items.triggers();
    for (id, when, body) in [
        ("stamp", TriggerType::Pre, stamp),
        (
            "refuse",
            TriggerType::Post,
            "function () { throw new Error('refused'); }",
        ),
    ] {
        let trigger = Trigger::new(id, body, when, TriggerOperation::All);
        triggers.create(&trigger, None).await?;
    }
    let stamped = with_content().with_pre_triggers(["stamp"]);
    let item = document("a", "k", 1);
    let stored: Value = items
        .create_item("k", "a", &item, Some(stamped))
        .await?
        .into_model()?;
    assert_eq!(stored["stamped"], true);
    let refuse = ItemWriteOptions::default().with_post_triggers(["refuse"]);
    refused(
        items
            .replace_item("k", "a", &item, Some(refuse.clone()))
            .await,
        400,
    );
    refused(items.delete_item("k", "a", Some(refuse)).await, 400);
    let read: Value = items.read_item("k", "a", None).await?.into_model()?;
    assert_eq!(read["stamped"], true);
    let listed: Vec<Trigger> = triggers.list(None)?.try_collect().await?;
    assert_eq!(listed.len(), 2);
    Ok(())
}
