//! Operations on one item.

use cosmokit::models::ItemResponse;
use cosmokit::options::{ItemReadOptions, ItemWriteOptions, Precondition, SessionToken};
use cosmokit_driver::CosmosResponse;
use cosmokit_protocol::id::Etag;
use cosmokit_protocol::op::{PatchInstructions, PatchOperation};

use super::Actor;
use super::answer::{Sight, failed, traced};
use super::document::Document;
use crate::history::{Action, ItemKey, Mark, Outcome, WriteVerb};

/// A write of one item.
#[derive(Clone, Debug)]
pub struct Write {
    key: ItemKey,
    verb: WriteVerb,
    mark: Mark,
    expects: Option<Sight>,
    claims: Option<String>,
}

impl Write {
    /// Writes this mark into this item.
    pub fn new(key: ItemKey, verb: WriteVerb, mark: Mark) -> Self {
        Self {
            key,
            verb,
            mark,
            expects: None,
            claims: None,
        }
    }

    /// Only if the item is still as it was seen, by its etag.
    pub fn if_still(mut self, sight: Sight) -> Self {
        self.expects = Some(sight);
        self
    }

    /// Claims a value of the container's unique key.
    pub fn claiming(mut self, value: impl Into<String>) -> Self {
        self.claims = Some(value.into());
        self
    }

    fn action(&self) -> Action {
        Action::Write {
            key: self.key.clone(),
            verb: self.verb,
            mark: self.mark,
            expects: self.expects.as_ref().map(|sight| sight.mark),
            claims: self.claims.clone(),
        }
    }

    fn options(&self) -> ItemWriteOptions {
        let etag = self.expects.as_ref().and_then(|sight| sight.etag.clone());
        etag.into_iter()
            .fold(ItemWriteOptions::default(), |options, etag| {
                options.with_precondition(Precondition::if_match(etag))
            })
    }
}

impl Actor {
    /// Reads an item. `None` when there is none, or no answer came.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation pending in the history.
    pub async fn read(&self, key: &ItemKey) -> Option<Sight> {
        self.look(key, ItemReadOptions::default()).await
    }

    /// Reads an item with a session token of the caller's making.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation pending in the history.
    pub async fn read_with_token(&self, key: &ItemKey, token: SessionToken) -> Option<Sight> {
        let options = ItemReadOptions::default().with_session_token(token);
        self.look(key, options).await
    }

    async fn look(&self, key: &ItemKey, options: ItemReadOptions) -> Option<Sight> {
        let open = self.begin(Action::Read { key: key.clone() });
        let partition = key.partition.as_str();
        let read = self.container.read_item(partition, &key.id, Some(options));
        match Box::pin(read).await {
            Ok(response) => {
                let open = traced(
                    open,
                    Some(response.headers()),
                    Some(&response.diagnostics()),
                );
                let etag = wire_etag(&response);
                let Ok(document) = response.into_model::<Document>() else {
                    panic!("an item of a world holds a document of a world");
                };
                open.finish(Outcome::Found(document.mark));
                Some(Sight {
                    mark: document.mark,
                    etag,
                })
            }
            Err(error) if error.status().is_not_found() => {
                let headers = error.response().map(CosmosResponse::headers);
                traced(open, headers, error.diagnostics().as_ref()).finish(Outcome::Absent);
                None
            }
            Err(error) => {
                failed(open, &error);
                None
            }
        }
    }

    /// Writes an item, and says whether that was acknowledged.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation pending in the history; it may be applied.
    pub async fn write(&self, write: Write) -> bool {
        let open = self.begin(write.action());
        match Box::pin(self.send(write)).await {
            Ok(response) => {
                traced(
                    open,
                    Some(response.headers()),
                    Some(&response.diagnostics()),
                )
                .finish(Outcome::Done);
                true
            }
            Err(error) => {
                failed(open, &error);
                false
            }
        }
    }

    async fn send(&self, write: Write) -> cosmokit::Result<ItemResponse> {
        let options = Some(write.options());
        let document = Document::new(&write.key, write.mark, write.claims);
        let (partition, id) = (write.key.partition.as_str(), write.key.id.as_str());
        match write.verb {
            WriteVerb::Create => {
                let create = self.container.create_item(partition, id, document, options);
                create.await
            }
            WriteVerb::Upsert => {
                let upsert = self.container.upsert_item(partition, id, document, options);
                upsert.await
            }
            WriteVerb::Replace => {
                let replace = self
                    .container
                    .replace_item(partition, id, document, options);
                replace.await
            }
            WriteVerb::Patch => {
                let patch =
                    self.container
                        .patch_item(partition, id, instructions(write.mark)?, None);
                patch.await
            }
            WriteVerb::Delete => self.container.delete_item(partition, id, options).await,
        }
    }
}

/// Instructions that leave a mark.
fn instructions(mark: Mark) -> cosmokit::Result<PatchInstructions> {
    let mark = serde_json::to_value(mark)?;
    Ok(PatchInstructions::new().with_operation(PatchOperation::set("/mark", mark)))
}

fn wire_etag(response: &ItemResponse) -> Option<Etag> {
    let etag = response.headers().as_map().get(http::header::ETAG)?;
    etag.to_str().ok().map(Etag::from)
}
