//! The account that bookit runs on: one in this process, or any other.

use cosmokit::options::{Region, RoutingStrategy};
use cosmokit::{AccountReference, CosmosClient, CosmosRuntime};
use cosmokit_engine::{Account as Engine, Lag};
use cosmokit_server::Gateway;

/// Where the account in this process is reached: by no socket, only by this name.
const IN_PROCESS: &str = "http://localhost:8081/";

/// An account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    reference: AccountReference,
    embedded: Option<Gateway>,
}

type Failure = Box<dyn std::error::Error>;

impl Account {
    /// One in this process, whose regions lag behind each other.
    pub(crate) fn embedded(regions: &[String], lag: Lag) -> Result<Self, Failure> {
        let engine = Engine::builder()
            .name("bookit")
            .regions(regions.iter().map(Region::new))
            .link_lag(lag)
            .build()?;
        let key = engine.keys().primary.clone();
        let reference = AccountReference::with_authentication_key(IN_PROCESS.parse()?, key);
        Ok(Self {
            reference,
            embedded: Some(Gateway::new(engine)?),
        })
    }

    /// Any other.
    pub(crate) fn remote(endpoint: &str, key: &str) -> Result<Self, Failure> {
        let reference =
            AccountReference::with_authentication_key(endpoint.parse()?, key.to_owned());
        Ok(Self {
            reference,
            embedded: None,
        })
    }

    /// A client near a region, with connections and caches of its own, as in a process of its own.
    pub(crate) async fn client(&self, region: &str) -> Result<CosmosClient, Failure> {
        let runtime = CosmosRuntime::builder().build().await?;
        let mut builder = CosmosClient::builder().with_runtime(runtime);
        if let Some(gateway) = &self.embedded {
            builder = builder.with_transport(gateway.clone());
        }
        let near = RoutingStrategy::ProximityTo(Region::new(region));
        Ok(builder.build(self.reference.clone(), near).await?)
    }

    /// How far its regions lag, if that can be told and changed.
    pub(crate) fn lag(&self) -> Option<Lag> {
        let topology = self.embedded.as_ref()?.account().topology();
        let [first, second, ..] = topology.regions() else {
            return None;
        };
        Some(topology.link(first.id, second.id))
    }

    /// Changes how far its regions lag.
    pub(crate) fn set_lag(&self, lag: Lag) {
        if let Some(gateway) = &self.embedded {
            // Any lag fits the links that are there.
            let _ = gateway.account().set_all_links(lag);
        }
    }
}
