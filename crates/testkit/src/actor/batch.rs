//! Writing several items together.

use cosmokit::models::TransactionalBatch;

use super::Actor;
use super::answer::{failed, traced};
use super::document::Document;
use crate::history::WriteVerb::Upsert;
use crate::history::{Action, ItemKey, Mark, Outcome};

impl Actor {
    /// Upserts several items under one partition key, all or none, and says whether that was acknowledged.
    ///
    /// # Errors
    /// When the batch cannot be written as JSON.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation pending in the history; it may be applied.
    pub async fn upsert_together(&self, items: Vec<(ItemKey, Mark)>) -> cosmokit::Result<bool> {
        let Some((first, _)) = items.first() else {
            return Ok(true);
        };
        let mut batch = TransactionalBatch::new(first.partition.as_str());
        for (key, mark) in &items {
            batch = batch.upsert_item(Document::new(key, *mark, None), None)?;
        }
        let writes = items.into_iter().map(|(key, mark)| (key, Upsert, mark));
        let open = self.begin(Action::Batch {
            writes: writes.collect(),
        });
        let sent = self.container.execute_transactional_batch(batch, None);
        match Box::pin(sent).await {
            Ok(response) => {
                let status = response.status();
                let open = traced(
                    open,
                    Some(response.headers()),
                    Some(&response.diagnostics()),
                );
                if status.is_success() {
                    open.finish(Outcome::Done);
                    return Ok(true);
                }
                let (status, substatus) = (status.status_code().as_u16(), 0);
                open.finish(Outcome::Refused { status, substatus });
            }
            Err(error) => failed(open, &error),
        }
        Ok(false)
    }
}
