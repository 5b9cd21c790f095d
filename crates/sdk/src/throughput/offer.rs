//! Throughput stands in an offer of its own, which is found by the resource id of what it belongs to.

use std::time::Duration;

use cosmokit_driver::options::OperationOptions;
use cosmokit_driver::{CosmosDriver, CosmosError, CosmosOperation};
use cosmokit_protocol::resource::{SystemProperties, ThroughputProperties};
use cosmokit_protocol::status::{CosmosStatus, StatusCode};
use cosmokit_protocol::wire::header::{self, value};
use http::HeaderValue;

use super::ThroughputPoller;
use crate::feed::Query;
use crate::options::ThroughputOptions;

/// How often a change of throughput is looked at, unless said otherwise.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// The throughput of the database or container with these system properties.
pub(crate) async fn read_throughput_of(
    driver: &CosmosDriver,
    owner: SystemProperties,
    options: &OperationOptions,
) -> crate::Result<Option<ThroughputProperties>> {
    let Some(rid) = owner.resource_id else {
        return Err(CosmosError::builder()
            .with_kind(cosmokit_driver::ErrorKind::Contract)
            .with_message("the service answered with a document that has no _rid")
            .build());
    };
    let query = Query::from("SELECT * FROM c WHERE c.offerResourceId = @rid")
        .with_parameter("@rid", rid)?;
    let operation =
        CosmosOperation::query_offers(driver.account().clone()).with_body(query.to_bytes());
    let page = driver.execute_operation(operation, options).await?;
    Ok(page.into_body().into_items()?.into_iter().next())
}

/// The creation of a database or container, with throughput of its own.
pub(crate) fn with_throughput(
    operation: CosmosOperation,
    throughput: &ThroughputProperties,
) -> crate::Result<CosmosOperation> {
    if let Some(settings) = &throughput.content.offer_autopilot_settings {
        let value = HeaderValue::try_from(serde_json::to_vec(settings)?).map_err(|why| {
            CosmosError::builder()
                .with_message("the throughput cannot be sent")
                .with_source(why)
                .build()
        })?;
        return Ok(operation.with_request_header(header::OFFER_AUTOPILOT_SETTINGS, value));
    }
    Ok(match throughput.throughput() {
        Some(manual) => {
            operation.with_request_header(header::OFFER_THROUGHPUT, HeaderValue::from(manual))
        }
        None => operation,
    })
}

/// Replaces the throughput of the database or container with these system properties.
pub(crate) async fn begin_replace_throughput_of(
    driver: &CosmosDriver,
    owner: SystemProperties,
    throughput: ThroughputProperties,
    options: &ThroughputOptions,
) -> crate::Result<ThroughputPoller> {
    let offer = read_throughput_of(driver, owner, &options.operation).await?;
    let without = || {
        CosmosError::builder()
            .with_status(CosmosStatus::new(StatusCode::NOT_FOUND))
            .with_message("the resource has no throughput of its own; it shares its database's")
            .build()
    };
    let mut offer = offer.ok_or_else(without)?;
    let pause = options.poll_interval.unwrap_or(POLL_INTERVAL);
    let migration = match (offer.is_autoscale(), throughput.is_autoscale()) {
        (false, true) => Some(header::MIGRATE_OFFER_TO_AUTOPILOT),
        (true, false) => Some(header::MIGRATE_OFFER_TO_MANUAL_THROUGHPUT),
        _ => None,
    };
    let rid = offer.system_properties.resource_id.clone();
    let rid = rid.unwrap_or_else(|| offer.id.clone());
    let replace = |offer: &ThroughputProperties| {
        let operation = CosmosOperation::replace_offer(driver.account().clone(), &rid);
        Ok::<_, CosmosError>(operation.with_body(serde_json::to_vec(offer)?))
    };
    if let Some(name) = migration {
        // The service chooses the throughput of the other kind; what is asked for comes after it.
        let migrate = replace(&offer)?.with_request_header(name, value::TRUE);
        let poller = driver.begin_replace_offer(rid.clone(), migrate, pause, &options.operation);
        offer = poller.await?.finish().await?.into_body().into_single()?;
    }
    offer.content = throughput.content;
    driver
        .begin_replace_offer(rid.clone(), replace(&offer)?, pause, &options.operation)
        .await
        .map(ThroughputPoller::new)
}
