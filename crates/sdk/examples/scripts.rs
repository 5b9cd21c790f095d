//! Scripts: a function in a query, a stored procedure as a transaction, a trigger; users with permissions.
//!
//! `cargo run -p cosmokit --example scripts`

mod connect;

use std::error::Error;

use cosmokit::FeedScope;
use cosmokit::models::{
    ContainerProperties, Permission, PermissionMode, StoredProcedure, Trigger, TriggerOperation,
    TriggerType, User, UserDefinedFunction,
};
use cosmokit::options::{ItemWriteOptions, StoredProcedureOptions};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

const TRANSFER: &str = r"function (from, to, amount) {
    const link = (id) => __.getAltLink() + '/docs/' + id;
    __.readDocument(link(from), (error, payer) => {
        if (error) throw error;
        if (payer.balance < amount) throw new Error(402, 'not enough: ' + payer.balance);
        __.readDocument(link(to), (error, payee) => {
            if (error) throw error;
            payer.balance -= amount;
            payee.balance += amount;
            __.replaceDocument(payer._self, payer);
            __.replaceDocument(payee._self, payee);
            console.log('moved', amount);
            __.response.setBody({ [from]: payer.balance, [to]: payee.balance });
        });
    });
}";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = connect::connect().await?;
    client.create_database("samples", None).await?;
    let samples = client.database_client("samples");
    samples
        .create_container(ContainerProperties::new("accounts", "/bank".into()), None)
        .await?;
    let accounts = samples.container_client("accounts", None).await?;

    let stamp = "function () { const r = __.request, d = r.getBody(); d.opened = new Date().toISOString(); r.setBody(d); }";
    let stamp = Trigger::new("stamp", stamp, TriggerType::Pre, TriggerOperation::Create);
    accounts.triggers().create(&stamp, None).await?;
    for (id, balance) in [("ann", 100), ("bob", 20)] {
        let account = json!({"id": id, "bank": "contoso", "balance": balance});
        let stamped = ItemWriteOptions::default().with_pre_triggers(["stamp"]);
        accounts
            .create_item("contoso", id, &account, Some(stamped))
            .await?;
    }

    let transfer = StoredProcedure::new("transfer", TRANSFER);
    accounts.stored_procedures().create(&transfer, None).await?;
    let logged = || Some(StoredProcedureOptions::default().with_script_logging(true));
    let moved = accounts
        .execute_stored_procedure("contoso", "transfer", ("ann", "bob", 30), logged())
        .await?;
    println!("{:?}", moved.script_log());
    println!("{}", moved.into_model::<Value>()?);
    match accounts
        .execute_stored_procedure("contoso", "transfer", ("bob", "ann", 1_000), None)
        .await
    {
        Err(error) => println!("{}", error.status()),
        Ok(_) => println!("so much?"),
    }

    let interest = UserDefinedFunction::new(
        "interest",
        "function (n) { return Math.round(n * 3) / 100; }",
    );
    accounts
        .user_defined_functions()
        .create(&interest, None)
        .await?;
    let rows = accounts
        .query_items::<Value>(
            "SELECT c.id, udf.interest(c.balance) AS interest FROM c",
            FeedScope::partition("contoso"),
            None,
        )
        .await?;
    println!("{}", Value::from(rows.try_collect::<Vec<_>>().await?));

    samples.users().create(&User::new("ann"), None).await?;
    let may_read = Permission::new("read", PermissionMode::Read, "dbs/samples/colls/accounts");
    let permission = samples.permissions("ann").create(&may_read, None).await?;
    println!("{}", permission.into_model()?.token.is_some());
    Ok(())
}
