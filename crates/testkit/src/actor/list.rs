//! Reading everything under a partition key in one answer.

use std::num::NonZeroU32;

use cosmokit::options::{MaxItemCountHint, OperationOptions};
use cosmokit_driver::CosmosOperation;

use super::Actor;
use super::answer::{failed, traced};
use super::document::Document;
use crate::history::{Action, Outcome, Seen};

/// More items than any world has under one partition key.
const PAGE: MaxItemCountHint =
    MaxItemCountHint::Limit(NonZeroU32::new(1_000).expect("it is not 0"));

impl Actor {
    /// Reads all items under a partition key.
    ///
    /// # Panics
    /// When they do not fit into one page: what came in two is not one observation.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation pending in the history.
    pub async fn list(&self, partition: &str) {
        let open = self.begin(Action::List {
            container: self.name.clone(),
            partition: partition.to_owned(),
        });
        let operation =
            CosmosOperation::read_all_items(self.container.reference().clone(), partition)
                .with_max_item_count(PAGE);
        let options = OperationOptions::default();
        let page = self.client.driver().execute_operation(operation, &options);
        match Box::pin(page).await {
            Ok(page) => {
                let open = traced(open, Some(page.headers()), Some(page.diagnostics_ref()));
                let whole = page.headers().continuation().is_none();
                assert!(whole, "the items of {partition} come in several pages");
                let Ok(documents) = page.into_body().into_items::<Document>() else {
                    panic!("an item of a world holds a document of a world");
                };
                let seen = documents.iter().map(|document| Seen {
                    key: document.key(&self.name),
                    mark: document.mark,
                });
                open.finish(Outcome::Listed(seen.collect()));
            }
            Err(error) => failed(open, &error),
        }
    }
}
