//! Reading an account or a container in.

use std::{collections::VecDeque, future::poll_fn, io::BufRead, pin::Pin, sync::Arc, task::Poll};

use bytes::Bytes;
use cosmokit_protocol::{partition::PartitionKeyDefinition, wire::region::Region};

use super::{
    TransferError,
    line::{MAX_LINE_BYTES, Read, ThroughputText, VERSION},
};
use crate::{
    account::Account,
    metadata::container::Container,
    request::{
        ContainerAddress, CreateContainer, CreateDatabase, DatabaseAddress, Precondition, Request,
        ThroughputHeaders, UpsertItem, Verb,
    },
    response::{Failure, Response},
};

/// Most requests that are under way at a time: a durable account commits them together.
const MAX_UNDER_WAY: usize = 256;

/// How much was read in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportCount {
    /// Lines that were read.
    pub lines: u64,
    /// Databases that were created; those that were there are not counted.
    pub databases: u64,
    /// Containers that were created; those that were there are not counted.
    pub containers: u64,
    /// Items that were stored.
    pub items: u64,
}

/// An import: lines in, requests to the account out.
///
/// Databases and containers that are there already are kept as they are; items take the place of
/// those with the same id and key. An import that ends with an error leaves what the lines before
/// brought.
pub struct Import<R> {
    account: Account,
    region: Region,
    lines: Lines<R>,
    into: Into,
    under_way: VecDeque<UnderWay>,
    count: ImportCount,
}

type Answer = Pin<Box<dyn Future<Output = Result<Response, Failure>> + Send>>;

struct UnderWay {
    line: u64,
    answer: Answer,
}

/// Where the lines go.
enum Into {
    /// To an account; the container that items are in at present.
    Account {
        begun: bool,
        database: Option<String>,
        container: Option<Target>,
    },
    Container(Target),
}

#[derive(Clone)]
struct Target {
    address: ContainerAddress,
    key: Arc<PartitionKeyDefinition>,
}

impl Target {
    fn of(address: ContainerAddress, container: &Container) -> Self {
        let key = Arc::new(container.rules.key.clone());
        Self { address, key }
    }
}

impl Account {
    /// An import of the lines that [`export`](Self::export) wrote.
    pub fn import<R: BufRead>(&self, from: R) -> Import<R> {
        Import::new(
            self,
            from,
            Into::Account {
                begun: false,
                database: None,
                container: None,
            },
        )
    }

    /// An import of documents, one per line, into a container that exists.
    ///
    /// # Errors
    /// [`TransferError::Container`] when it does not.
    pub fn import_container<R: BufRead>(
        &self,
        container: &ContainerAddress,
        from: R,
    ) -> Result<Import<R>, TransferError> {
        let found = self.find_container(container);
        let found = found.map_err(TransferError::Container)?;
        let target = Target::of(container.clone(), &found);
        Ok(Import::new(self, from, Into::Container(target)))
    }
}

impl<R> std::fmt::Debug for Import<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Import")
            .field("account", &self.account.name())
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl<R: BufRead> Import<R> {
    fn new(account: &Account, from: R, into: Into) -> Self {
        let topology = account.topology();
        let writer = topology.writable().first();
        Self {
            region: writer.map_or_else(|| Region::new(""), |entry| entry.region.clone()),
            account: account.clone(),
            lines: Lines::new(from),
            into,
            under_way: VecDeque::new(),
            count: ImportCount::default(),
        }
    }

    /// Reads everything in; `progress` is shown the count now and then, and at the end.
    ///
    /// # Errors
    /// [`TransferError`] for the first line that cannot be carried out.
    ///
    /// # Cancel safety
    /// What was read until then is in, or will be.
    pub async fn run(
        mut self,
        mut progress: impl FnMut(ImportCount),
    ) -> Result<ImportCount, TransferError> {
        while let Some(line) = self.lines.next()? {
            self.count.lines = line.number;
            self.line(&line).await?;
            if line.number.is_multiple_of(1_000) {
                progress(self.count);
            }
        }
        self.settle(0).await?;
        progress(self.count);
        Ok(self.count)
    }

    async fn line(&mut self, line: &Line) -> Result<(), TransferError> {
        if let Into::Container(target) = &self.into {
            let target = target.clone();
            return self.item(line, &target, line.text.clone()).await;
        }
        let read: Read<'_> =
            serde_json::from_slice(&line.text).map_err(|error| line.wrong(error.to_string()))?;
        let part = |raw: &serde_json::value::RawValue| line.text.slice_ref(raw.get().as_bytes());
        match read {
            Read {
                cosmokit: Some(version),
                database: None,
                container: None,
                item: None,
                throughput: None,
            } => self.header(line, version),
            Read {
                cosmokit: None,
                database: Some(document),
                container: None,
                item: None,
                throughput,
            } => {
                let throughput = throughput.map(ThroughputText::headers).unwrap_or_default();
                self.database(line, part(document), throughput).await
            }
            Read {
                cosmokit: None,
                database: None,
                container: Some(document),
                item: None,
                throughput,
            } => {
                let throughput = throughput.map(ThroughputText::headers).unwrap_or_default();
                self.container(line, part(document), throughput).await
            }
            Read {
                cosmokit: None,
                database: None,
                container: None,
                item: Some(document),
                throughput: None,
            } => {
                let Into::Account {
                    container: Some(target),
                    ..
                } = &self.into
                else {
                    return Err(line.wrong("an item stands before the first container"));
                };
                let target = target.clone();
                self.item(line, &target, part(document)).await
            }
            _ => Err(line.wrong("it is none of the lines of an export")),
        }
    }

    fn header(&mut self, line: &Line, version: u32) -> Result<(), TransferError> {
        match &mut self.into {
            Into::Account { begun, .. } if !*begun && version == VERSION => {
                *begun = true;
                Ok(())
            }
            Into::Account { begun: false, .. } => Err(line.wrong(format!(
                "it is an export of format version {version}, and this version of cosmokit reads {VERSION}"
            ))),
            _ => Err(line.wrong("the export begins a second time")),
        }
    }

    async fn database(
        &mut self,
        line: &Line,
        body: Bytes,
        throughput: ThroughputHeaders,
    ) -> Result<(), TransferError> {
        let id = id_of(line, &body)?;
        self.require_header(line)?;
        let created = self
            .create(line, CreateDatabase { body, throughput })
            .await?;
        self.count.databases += u64::from(created);
        if let Into::Account {
            database,
            container,
            ..
        } = &mut self.into
        {
            (*database, *container) = (Some(id), None);
        }
        Ok(())
    }

    async fn container(
        &mut self,
        line: &Line,
        body: Bytes,
        throughput: ThroughputHeaders,
    ) -> Result<(), TransferError> {
        let id = id_of(line, &body)?;
        let Into::Account {
            database: Some(database),
            ..
        } = &self.into
        else {
            return Err(line.wrong("a container stands before the first database"));
        };
        let address = ContainerAddress::new(database.clone(), id);
        let create = CreateContainer {
            database: DatabaseAddress::new(database.clone()),
            body,
            throughput,
        };
        let created = self.create(line, create).await?;
        self.count.containers += u64::from(created);
        let found = self.account.find_container(&address);
        let found = found.map_err(|source| line.refused(source))?;
        if let Into::Account { container, .. } = &mut self.into {
            *container = Some(Target::of(address, &found));
        }
        Ok(())
    }

    /// Creates a database or container; whether it was not there.
    async fn create(
        &mut self,
        line: &Line,
        verb: impl std::convert::Into<Verb>,
    ) -> Result<bool, TransferError> {
        let answer = self.account.execute(&self.region, Request::new(verb));
        match answer.await {
            Ok(_) => Ok(true),
            Err(failure) if failure.status().as_u16() == 409 => Ok(false),
            Err(failure) => Err(line.refused(failure)),
        }
    }

    async fn item(
        &mut self,
        line: &Line,
        target: &Target,
        body: Bytes,
    ) -> Result<(), TransferError> {
        let key = target.key.extract(&body);
        let key = key.map_err(|error| line.wrong(error.to_string()))?;
        let upsert = UpsertItem {
            container: target.address.clone(),
            partition_key: Some(key),
            body,
            precondition: Precondition::default(),
        };
        let answer = self.account.execute(&self.region, Request::new(upsert));
        let mut answer: Answer = Box::pin(answer);
        // A request takes effect when it is polled first, so items go in in their order.
        let done = poll_fn(|context| match answer.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => Poll::Ready(None),
        });
        match done.await {
            Some(Ok(_)) => self.count.items += 1,
            Some(Err(failure)) => return Err(line.refused(failure)),
            None => self.under_way.push_back(UnderWay {
                line: line.number,
                answer,
            }),
        }
        self.settle(MAX_UNDER_WAY).await
    }

    /// Waits until at most `most` requests are under way.
    async fn settle(&mut self, most: usize) -> Result<(), TransferError> {
        while self.under_way.len() > most {
            let Some(UnderWay { line, answer }) = self.under_way.pop_front() else {
                return Ok(());
            };
            let answer = answer.await;
            answer.map_err(|source| TransferError::Refused { line, source })?;
            self.count.items += 1;
        }
        Ok(())
    }

    fn require_header(&self, line: &Line) -> Result<(), TransferError> {
        match &self.into {
            Into::Account { begun: false, .. } => Err(line.wrong(
                "an export of an account begins with {\"cosmokit\":1}; give the container to import documents into",
            )),
            _ => Ok(()),
        }
    }
}

fn id_of(line: &Line, document: &[u8]) -> Result<String, TransferError> {
    let document: serde_json::Value =
        serde_json::from_slice(document).map_err(|error| line.wrong(error.to_string()))?;
    let id = document.get("id").and_then(serde_json::Value::as_str);
    id.map(str::to_owned)
        .ok_or_else(|| line.wrong("the document has no id"))
}

/// A line of the text.
struct Line {
    number: u64,
    text: Bytes,
}

impl Line {
    fn wrong(&self, reason: impl std::convert::Into<String>) -> TransferError {
        TransferError::Line {
            line: self.number,
            reason: reason.into(),
        }
    }

    fn refused(&self, source: Failure) -> TransferError {
        TransferError::Refused {
            line: self.number,
            source,
        }
    }
}

/// Lines of a text, none longer than the limit; empty ones are passed over.
struct Lines<R> {
    from: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    fn new(from: R) -> Self {
        Self { from, number: 0 }
    }

    fn next(&mut self) -> Result<Option<Line>, TransferError> {
        loop {
            let mut text = Vec::new();
            let limit = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX);
            let mut limited = std::io::Read::take(&mut self.from, limit);
            if limited.read_until(b'\n', &mut text)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            if text.len() >= MAX_LINE_BYTES && text.last() != Some(&b'\n') {
                return Err(TransferError::Line {
                    line: self.number,
                    reason: format!("it is longer than {MAX_LINE_BYTES} bytes, which is the limit"),
                });
            }
            let end = text.trim_ascii_end().len();
            text.truncate(end);
            if !text.is_empty() {
                return Ok(Some(Line {
                    number: self.number,
                    text: text.into(),
                }));
            }
        }
    }
}
