//! Changes of throughput, and the account document.

use std::time::Duration;

use cosmokit::Result;
use cosmokit::models::{ContainerProperties, ThroughputProperties};
use cosmokit::options::{CreateContainerOptions, ThroughputOptions};
use cosmokit_testkit::LocalAccount;
use futures_util::TryStreamExt as _;

use super::stage::{self, refused};

fn quickly() -> ThroughputOptions {
    ThroughputOptions::default().with_poll_interval(Duration::from_millis(5))
}

pub(crate) async fn it_is_replaced(local: &LocalAccount) -> Result<()> {
    let database = stage::database(local).await?;
    let own = CreateContainerOptions::default().with_throughput(ThroughputProperties::manual(400));
    database
        .create_container(ContainerProperties::new("items", "/pk".into()), Some(own))
        .await?;
    let items = database.container_client("items", None).await?;
    let poller = items
        .begin_replace_throughput(ThroughputProperties::manual(700), Some(quickly()))
        .await?;
    assert_eq!(poller.await?.into_model()?.throughput(), Some(700));
    let read = items.read_throughput(None).await?.unwrap();
    assert_eq!(read.throughput(), Some(700));

    let mut poller = items
        .begin_replace_throughput(ThroughputProperties::manual(500), Some(quickly()))
        .await?;
    let mut looks = 0;
    while let Some(look) = poller.try_next().await? {
        assert!(look.headers().request_charge().is_some());
        looks += 1;
    }
    assert!(looks > 0);
    let read = items.read_throughput(None).await?.unwrap();
    assert_eq!(read.throughput(), Some(500));
    let scaled = ThroughputProperties::autoscale(4_000, None);
    let scaled = items
        .begin_replace_throughput(scaled, Some(quickly()))
        .await?
        .await?;
    assert_eq!(scaled.into_model()?.autoscale_maximum(), Some(4_000));
    let fixed = ThroughputProperties::manual(600);
    let fixed = items
        .begin_replace_throughput(fixed, Some(quickly()))
        .await?
        .await?
        .into_model()?;
    assert_eq!(
        (fixed.throughput(), fixed.is_autoscale()),
        (Some(600), false)
    );
    let little = ThroughputProperties::manual(7);
    refused(
        items
            .begin_replace_throughput(little, Some(quickly()))
            .await,
        400,
    );
    Ok(())
}

pub(crate) async fn what_has_none_is_404(local: &LocalAccount) -> Result<()> {
    let database = stage::database(local).await?;
    let more = ThroughputProperties::manual(800);
    refused(
        database
            .begin_replace_throughput(more, Some(quickly()))
            .await,
        404,
    );
    Ok(())
}

pub(crate) async fn the_account_is_read(local: &LocalAccount) -> Result<()> {
    let account = local.client().read_account().await?;
    assert!(!account.writable_locations.is_empty());
    assert_eq!(*account, *local.client().account_properties());
    Ok(())
}
