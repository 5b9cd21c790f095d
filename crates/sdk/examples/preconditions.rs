//! Changing an item without losing anyone's change: read, change, replace while the etag is still the one that was
//! read, and begin again when it is not.
//!
//! `cargo run -p cosmokit --example preconditions` needs nothing; see `connect` for other accounts.

mod connect;

use std::error::Error;

use azure_core::http::Etag;
use cosmokit::clients::ContainerClient;
use cosmokit::models::ContainerProperties;
use cosmokit::options::{ItemReadOptions, ItemWriteOptions, Precondition};
use serde::{Deserialize, Serialize};

const CUSTOMER: &str = "contoso";
const ID: &str = "account-1";
const ATTEMPTS: u32 = 5;

#[derive(Debug, Serialize, Deserialize)]
struct Account {
    id: String,
    customer: String,
    balance: f64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = connect::connect().await?;
    let database = client.database_client("samples");
    if let Err(error) = client.create_database("samples", None).await
        && !error.status().is_conflict()
    {
        return Err(error.into());
    }
    let properties = ContainerProperties::new("accounts", "/customer".into());
    if let Err(error) = database.create_container(properties, None).await
        && !error.status().is_conflict()
    {
        return Err(error.into());
    }
    let accounts = database.container_client("accounts", None).await?;
    let opening = Account {
        id: ID.into(),
        customer: CUSTOMER.into(),
        balance: 100.0,
    };
    accounts.upsert_item(CUSTOMER, ID, &opening, None).await?;

    let balance = deposit(&accounts, 1.0).await?;
    println!("the balance is {balance}: the deposit of the other one counts too");

    // The same etag saves the body of a read that finds nothing new.
    let etag = accounts
        .read_item(CUSTOMER, ID, None)
        .await?
        .headers()
        .etag()
        .cloned();
    if let Some(etag) = etag {
        let unless =
            ItemReadOptions::default().with_precondition(Precondition::if_none_match(etag));
        let read = accounts.read_item(CUSTOMER, ID, Some(unless)).await?;
        println!(
            "read again: {:?} and {} bytes",
            read.status(),
            read.body().as_bytes().len()
        );
    }
    Ok(())
}

/// Adds to the balance, whoever else does at the same time.
async fn deposit(accounts: &ContainerClient, amount: f64) -> Result<f64, Box<dyn Error>> {
    for attempt in 1..=ATTEMPTS {
        let read = accounts.read_item(CUSTOMER, ID, None).await?;
        let etag: Etag = read
            .headers()
            .etag()
            .ok_or("every item has an etag")?
            .clone();
        let mut account: Account = read.into_model()?;
        account.balance += amount;

        if attempt == 1 {
            // Someone else is faster, this once.
            let other = Account {
                id: ID.into(),
                customer: CUSTOMER.into(),
                balance: 150.0,
            };
            accounts.replace_item(CUSTOMER, ID, &other, None).await?;
        }

        let unchanged = ItemWriteOptions::default().with_precondition(Precondition::if_match(etag));
        match accounts
            .replace_item(CUSTOMER, ID, &account, Some(unchanged))
            .await
        {
            Ok(_) => return Ok(account.balance),
            Err(error) if error.status().is_precondition_failed() => {
                println!("attempt {attempt}: someone was faster, reading again");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err("others were faster every time".into())
}
