//! The local account, asked in its own process without HTTP: pages of a query, to the last.

use std::error::Error;

use cosmokit_engine::Account;
use cosmokit_engine::request::{
    ContainerAddress, CreateContainer, CreateDatabase, CrossPartition, DatabaseAddress, FeedScope,
    Paging, QueryItems, QuerySettings, Request, ThroughputHeaders, Verb,
};
use cosmokit_engine::response::Response;
use cosmokit_protocol::op::SqlQuery;
use cosmokit_protocol::wire::region::Region;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// An account with one container of one partition.
pub struct Local {
    account: Account,
    region: Region,
    runtime: Runtime,
}

impl Local {
    /// An account with these items; `/plain` is not indexed.
    pub fn with(items: &[Value]) -> Result<Self, Box<dyn Error>> {
        let account = Account::builder().build()?;
        let region = account.topology().regions()[0].region.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let local = Self {
            account,
            region,
            runtime,
        };
        let throughput = ThroughputHeaders::default();
        local.run(CreateDatabase {
            body: json!({"id": "db"}).to_string().into(),
            throughput: throughput.clone(),
        })?;
        let policy = json!({
            "indexingMode": "consistent", "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/plain/?"}, {"path": "/text/?"}],
        });
        let container = json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}, "indexingPolicy": policy});
        let database = DatabaseAddress::new("db");
        local.run(CreateContainer {
            database,
            body: container.to_string().into(),
            throughput,
        })?;
        let lines: Vec<String> = items.iter().map(Value::to_string).collect();
        let lines = lines.join("\n");
        let import = local
            .account
            .import_container(&ContainerAddress::new("db", "c"), lines.as_bytes())?;
        local.runtime.block_on(import.run(|_| {}))?;
        Ok(local)
    }

    fn run(&self, verb: impl Into<Verb>) -> Result<Response, Box<dyn Error>> {
        Ok(self
            .runtime
            .block_on(self.account.execute(&self.region, Request::new(verb)))?)
    }

    /// How many rows a query has; every page is made, and none is parsed.
    pub fn count(&self, query: &SqlQuery) -> Result<u64, Box<dyn Error>> {
        let (mut rows, mut continuation) = (0, None);
        loop {
            let response = self.page(query, continuation)?;
            rows += response.facts.item_count.unwrap_or_default();
            continuation = response.facts.continuation;
            if continuation.is_none() {
                return Ok(rows);
            }
        }
    }

    /// All rows.
    pub fn rows(&self, query: &SqlQuery) -> Result<Vec<Value>, Box<dyn Error>> {
        let (mut rows, mut continuation) = (Vec::new(), None);
        loop {
            let response = self.page(query, continuation)?;
            let page: Value = serde_json::from_slice(&response.body)?;
            rows.extend(page["Documents"].as_array().into_iter().flatten().cloned());
            continuation = response.facts.continuation;
            if continuation.is_none() {
                return Ok(rows);
            }
        }
    }

    fn page(
        &self,
        query: &SqlQuery,
        continuation: Option<String>,
    ) -> Result<Response, Box<dyn Error>> {
        self.run(QueryItems {
            container: ContainerAddress::new("db", "c"),
            query: query.clone(),
            scope: FeedScope::default(),
            cross_partition: CrossPartition::Enabled,
            paging: Paging {
                max_item_count: Some(-1),
                continuation,
            },
            settings: QuerySettings {
                may_scan: true,
                ..QuerySettings::default()
            },
        })
    }
}
