//! How a container is cut into physical partitions, and which of them holds a key.
//!
//! `cargo run -p cosmokit --example feed_ranges` starts a local account with four partitions per container.

use std::error::Error;
use std::num::NonZeroU32;

use cosmokit::feed::FeedRange;
use cosmokit::models::ContainerProperties;
use cosmokit_testkit::LocalAccount;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let four = NonZeroU32::new(4).ok_or("4 is not 0")?;
    let local = LocalAccount::builder()
        .partitions_per_container(four)
        .start()
        .await?;
    local.client().create_database("samples", None).await?;
    let database = local.client().database_client("samples");
    database
        .create_container(ContainerProperties::new("orders", "/customer".into()), None)
        .await?;
    let orders = database.container_client("orders", None).await?;

    let ranges: Vec<FeedRange> = orders.read_feed_ranges(None).await?;
    for (number, range) in ranges.iter().enumerate() {
        println!(
            "range {number}: from {} to {}",
            range.min_inclusive(),
            range.max_exclusive()
        );
    }

    for customer in [
        "contoso",
        "fabrikam",
        "adventure works",
        "wide world importers",
    ] {
        let of_customer = orders.feed_range_from_partition_key(customer, None).await?;
        let owner = ranges
            .iter()
            .position(|range| of_customer.iter().all(|own| own.is_subset_of(range)));
        println!("{customer} lives in range {owner:?}");
    }
    Ok(())
}
