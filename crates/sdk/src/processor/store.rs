//! The lease container: reading and writing lease documents. Every change of one is made under the etag that was read.

use cosmokit_driver::options::OperationOptions;
use cosmokit_driver::{CosmosError, ErrorKind, FeedScope, Precondition};
use cosmokit_protocol::id::Rid;
use cosmokit_protocol::op::ChangeFeedMode;
use cosmokit_protocol::resource::TimeToLive;
use futures_util::TryStreamExt as _;
use serde_json::{Map, Value};

use super::lease::Lease;
use super::settings::refusal;
use crate::ContainerClient;
use crate::feed::Query;
use crate::models::ItemResponse;
use crate::options::{ItemReadOptions, ItemWriteOptions, QueryOptions, ReadFeedRangesOptions};

/// What stands between the prefix of a processor and the token of a lease.
const SEPARATOR: &str = "..";

/// The document that says that all leases were made once.
const MARKER: &str = ".info";

/// Partition keys that a lease container may have.
const KEYS: [&str; 2] = ["/id", "/partitionKey"];

/// The leases of one processor in a lease container.
#[derive(Clone, Debug)]
pub(super) struct LeaseStore {
    container: ContainerClient,
    prefix: String,
    key: Key,
    mode: ChangeFeedMode,
    operation: OperationOptions,
}

/// What the lease container is partitioned by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Id,
    Property,
}

/// What came of writing a lease under its etag.
#[derive(Debug)]
pub(super) enum Written {
    /// It was written, and has this etag now.
    Done(Box<Lease>),
    /// Somebody else has written it since it was read.
    Changed,
    /// There is no such lease any more.
    Gone,
}

impl LeaseStore {
    /// The store of the processor's leases, once the container is known to be fit for them.
    ///
    /// # Errors
    /// 400 when the container is partitioned otherwise, lets items expire by itself, or is the monitored one.
    pub(super) async fn open(
        container: &ContainerClient,
        monitored: &Monitored,
        (name, mode, operation): (&str, ChangeFeedMode, &OperationOptions),
    ) -> crate::Result<Self> {
        let container = container.without_session();
        let properties = container.read(None).await?.into_model()?;
        let key = match properties.partition_key.paths() {
            [path] if path == KEYS[0] => Key::Id,
            [path] if path == KEYS[1] => Key::Property,
            paths => {
                return Err(refusal(format!(
                    "the lease container {} is partitioned by {paths:?}; leases need {} or {}",
                    properties.id, KEYS[0], KEYS[1]
                )));
            }
        };
        if matches!(properties.default_ttl, TimeToLive::Seconds(_)) {
            return Err(refusal(format!(
                "items of the lease container {} expire by themselves, and with them the leases; \
                 take its default time to live away, or set it to -1",
                properties.id
            )));
        }
        let rid = properties.system_properties.resource_id.as_deref();
        if rid == Some(monitored.rid.as_str()) && container.driver.account() == &monitored.account {
            return Err(refusal(
                "a container cannot keep the leases of its own processor: every checkpoint would be a change",
            ));
        }
        Ok(Self {
            container,
            prefix: monitored.prefix(name),
            key,
            mode,
            operation: operation.clone(),
        })
    }

    /// A new lease of this processor, which is not in the container yet.
    pub(super) fn lease(&self, range: cosmokit_protocol::partition::FeedRange) -> Lease {
        let prefix = format!("{}{SEPARATOR}", self.prefix);
        let mut lease = Lease::new(&prefix, range, self.mode);
        lease.partition_key = (self.key == Key::Property).then(|| lease.id.clone());
        lease
    }

    /// All leases of the processor, in the order of their ranges.
    ///
    /// # Errors
    /// 400 when one of them belongs to another client or mode; or what kept them from being read.
    pub(super) async fn list(&self) -> crate::Result<Vec<Lease>> {
        let prefix = format!("{}{SEPARATOR}", self.prefix);
        let query = Query::from("SELECT * FROM c WHERE STARTSWITH(c.id, @prefix)")
            .with_parameter("@prefix", prefix)?;
        let options = QueryOptions::default().with_operation_options(self.operation.clone());
        let found =
            self.container
                .query_items::<Value>(query, FeedScope::full_container(), Some(options));
        let documents: Vec<Value> = Box::pin(found).await?.try_collect().await?;
        let mut leases = documents
            .into_iter()
            .map(|document| Lease::read(document, self.mode).map_err(|unfit| refusal(unfit.0)))
            .collect::<crate::Result<Vec<Lease>>>()?;
        leases.sort_by(|a, b| a.range.min_inclusive().cmp(b.range.min_inclusive()));
        Ok(leases)
    }

    /// A lease as it is now.
    pub(super) async fn read(&self, lease: &Lease) -> crate::Result<Option<Lease>> {
        let options = ItemReadOptions::default().with_operation_options(self.operation.clone());
        let read = self
            .container
            .read_item(key_of(lease), &lease.id, Some(options));
        let Some(response) = unless_missing(read.await)? else {
            return Ok(None);
        };
        let document: Value = response.into_model()?;
        let lease = Lease::read(document, self.mode).map_err(|unfit| refusal(unfit.0))?;
        Ok(Some(lease))
    }

    /// Writes a lease that must be as it was read.
    pub(super) async fn replace(&self, mut lease: Lease) -> crate::Result<Written> {
        let options = self.under(&lease);
        let written = self
            .container
            .replace_item(key_of(&lease), &lease.id, &lease, Some(options));
        match written.await {
            Ok(response) => {
                lease.etag = etag(&response)?;
                Ok(Written::Done(Box::new(lease)))
            }
            Err(error) if error.status().is_precondition_failed() => Ok(Written::Changed),
            Err(error) => unless_missing::<()>(Err(error)).map(|_| Written::Gone),
        }
    }

    /// Creates a lease; `None` when there is one with its id.
    pub(super) async fn create(&self, mut lease: Lease) -> crate::Result<Option<Lease>> {
        let options = ItemWriteOptions::default().with_operation_options(self.operation.clone());
        let created = self
            .container
            .create_item(key_of(&lease), &lease.id, &lease, Some(options));
        match created.await {
            Ok(response) => {
                lease.etag = etag(&response)?;
                Ok(Some(lease))
            }
            Err(error) if error.status().is_conflict() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes a lease that must be as it was read; whether it is gone now.
    pub(super) async fn delete(&self, lease: &Lease) -> crate::Result<bool> {
        let options = self.under(lease);
        let deleted = self
            .container
            .delete_item(key_of(lease), &lease.id, Some(options));
        match deleted.await {
            Err(error) if error.status().is_precondition_failed() => Ok(false),
            other => unless_missing(other).map(|_| true),
        }
    }

    /// Whether all leases were made once.
    pub(super) async fn is_marked(&self) -> crate::Result<bool> {
        let id = format!("{}{MARKER}", self.prefix);
        let options = ItemReadOptions::default().with_operation_options(self.operation.clone());
        let read = self.container.read_item(id.clone(), &id, Some(options));
        Ok(unless_missing(read.await)?.is_some())
    }

    /// Notes that all leases were made.
    pub(super) async fn mark(&self) -> crate::Result<()> {
        let id = format!("{}{MARKER}", self.prefix);
        let mut marker = Map::from_iter([("id".to_owned(), Value::from(id.clone()))]);
        if self.key == Key::Property {
            marker.insert("partitionKey".to_owned(), Value::from(id.clone()));
        }
        let options = ItemWriteOptions::default().with_operation_options(self.operation.clone());
        let created = self
            .container
            .create_item(id.clone(), &id, &marker, Some(options));
        match created.await {
            Err(error) if !error.status().is_conflict() => Err(error),
            _ => Ok(()),
        }
    }

    fn under(&self, lease: &Lease) -> ItemWriteOptions {
        ItemWriteOptions::default()
            .with_precondition(Precondition::if_match(lease.etag.clone()))
            .with_operation_options(self.operation.clone())
    }
}

/// The monitored container, as leases name it.
#[derive(Clone, Debug)]
pub(super) struct Monitored {
    pub(super) account: cosmokit_driver::AccountReference,
    pub(super) rid: String,
    database_rid: String,
}

impl Monitored {
    /// Finds out which container has the name now, and makes the driver know it.
    pub(super) async fn read(
        container: &ContainerClient,
        operation: &OperationOptions,
    ) -> crate::Result<Self> {
        let properties = container.read(None).await?.into_model()?;
        let rid = properties.system_properties.resource_id.unwrap_or_default();
        if known_rid(container, operation).await? != rid {
            // What the driver knew was gone: it learns so when it asks.
            let fresh = ReadFeedRangesOptions::default().with_force_refresh(true);
            container.read_feed_ranges(Some(fresh)).await?;
        }
        let parsed = Rid::from_base64(&rid).ok();
        let database = parsed.as_ref().and_then(Rid::database_rid);
        let database = database.ok_or_else(|| {
            CosmosError::builder()
                .with_kind(ErrorKind::Contract)
                .with_message(format!("{rid} is no resource id of a container"))
                .build()
        })?;
        Ok(Self {
            account: container.driver.account().clone(),
            rid,
            database_rid: database.to_string(),
        })
    }

    /// What ids of lease documents begin with: the name that other clients give them, so that a container that is
    /// created anew has leases of its own.
    fn prefix(&self, name: &str) -> String {
        let host = self.account.endpoint().host();
        format!("{name}{host}_{}_{}", self.database_rid, self.rid)
    }
}

/// The resource id by which the driver knows a container.
pub(super) async fn known_rid(
    container: &ContainerClient,
    operation: &OperationOptions,
) -> crate::Result<String> {
    let resolved = container
        .driver
        .resolve_container(container.reference(), operation);
    Ok(Box::pin(resolved).await?.rid().to_owned())
}

fn key_of(lease: &Lease) -> String {
    lease
        .partition_key
        .clone()
        .unwrap_or_else(|| lease.id.clone())
}

fn etag(response: &ItemResponse) -> crate::Result<String> {
    let etag = response.headers().etag();
    let etag = etag.map(|etag| AsRef::<str>::as_ref(etag).to_owned());
    etag.ok_or_else(|| {
        CosmosError::builder()
            .with_kind(ErrorKind::Contract)
            .with_message("the service wrote a lease without telling its etag")
            .build()
    })
}

/// `None` for what is not there.
fn unless_missing<T>(answer: crate::Result<T>) -> crate::Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.status().is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
