//! Writing an account or a container down.

use std::{collections::VecDeque, io::Write, sync::Arc};

use bytes::Bytes;
use cosmokit_protocol::resource::{
    ContainerLinks, ContainerProperties, DatabaseProperties, SystemProperties,
};

use super::{
    TransferError,
    line::{VERSION, Written},
};
use crate::{
    account::Account,
    clock::Timestamp,
    document::unstamped,
    expiry::is_expired,
    metadata::{catalog::Catalog, container::Container, database::Database},
    partition::state::State,
    request::ContainerAddress,
};

/// The lines of an export, one after another, without their ends. What they show is the account
/// at one moment; nothing is copied before it is written.
#[derive(Debug)]
pub struct Export {
    catalog: Arc<Catalog>,
    now: Timestamp,
    /// What comes before the next item, in order.
    ahead: VecDeque<Part>,
    items: Option<Items>,
    items_left: u64,
}

#[derive(Debug)]
enum Part {
    Header,
    Database(Arc<Database>),
    Container(Arc<Container>, Vec<State>),
    Items(Arc<Container>, Vec<State>),
}

/// The items of a container that come next.
#[derive(Debug)]
struct Items {
    container: Arc<Container>,
    states: VecDeque<State>,
    behind: Option<u64>,
    form: Form,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    /// `{"item":…}`
    Tagged,
    /// The document alone.
    Bare,
}

impl Account {
    /// The whole account as lines, as it is now; `docs/storage-format.md` has the format.
    ///
    /// # Errors
    /// [`TransferError::Unreadable`] when a durable account cannot be read.
    ///
    /// ```
    /// # use cosmokit_engine::Account;
    /// let account = Account::builder().build()?;
    /// let mut text = Vec::new();
    /// account.export()?.write_to(&mut text)?;
    /// assert_eq!(text, b"{\"cosmokit\":1}\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn export(&self) -> Result<Export, TransferError> {
        let catalog = self.state().catalog.load_full();
        let mut ahead = VecDeque::from([Part::Header]);
        let mut items_left = 0;
        for (_, database) in catalog.databases() {
            ahead.push_back(Part::Database(Arc::clone(database)));
            for (_, container) in database.containers() {
                let states = states_of(container)?;
                items_left += count(&states);
                ahead.push_back(Part::Container(Arc::clone(container), states));
            }
        }
        Ok(Export {
            catalog,
            now: self.now(),
            ahead,
            items: None,
            items_left,
        })
    }

    /// The items of a container as lines, one document each, as they are now.
    ///
    /// # Errors
    /// [`TransferError::Container`] when it does not exist, [`TransferError::Unreadable`] when a
    /// durable account cannot be read.
    pub fn export_container(&self, container: &ContainerAddress) -> Result<Export, TransferError> {
        let found = self.find_container(container);
        let container = found.map_err(TransferError::Container)?;
        let states = states_of(&container)?;
        Ok(Export {
            catalog: self.state().catalog.load_full(),
            now: self.now(),
            items_left: count(&states),
            ahead: VecDeque::from([Part::Items(container, states)]),
            items: None,
        })
    }
}

fn states_of(container: &Container) -> Result<Vec<State>, TransferError> {
    let layout = container.live.layout();
    let mut states = Vec::new();
    for partition in layout.partitions() {
        partition.replicas.load()?;
        states.extend(partition.replicas.content().into_state());
    }
    Ok(states)
}

fn count(states: &[State]) -> u64 {
    states.iter().map(|state| state.items().usage().items).sum()
}

impl Export {
    /// How many items are still to come, at most: those that have expired are left out.
    pub fn items_left(&self) -> u64 {
        self.items_left
    }

    /// Writes all lines; returns how many.
    ///
    /// # Errors
    /// [`TransferError::Io`].
    pub fn write_to(&mut self, out: &mut impl Write) -> Result<u64, TransferError> {
        let mut lines = 0;
        for line in self {
            out.write_all(&line)?;
            out.write_all(b"\n")?;
            lines += 1;
        }
        out.flush()?;
        Ok(lines)
    }

    fn begin(&mut self, part: Part) -> Option<Bytes> {
        match part {
            Part::Header => Some(written(&Written::Cosmokit(VERSION))),
            Part::Database(database) => Some(self.database(&database)),
            Part::Container(container, states) => {
                let line = self.container(&container);
                self.items = Some(Items::new(container, states, Form::Tagged));
                Some(line)
            }
            Part::Items(container, states) => {
                self.items = Some(Items::new(container, states, Form::Bare));
                None
            }
        }
    }

    fn database(&self, database: &Database) -> Bytes {
        let header = &database.header;
        let document = serde_json::from_slice(&header.document);
        let mut properties: DatabaseProperties = document.unwrap_or_default();
        properties.system_properties = SystemProperties::default();
        properties.links = cosmokit_protocol::resource::DatabaseLinks::default();
        let offer = self.catalog.offer_of(&header.rid);
        written(&Written::Database {
            database: &serde_json::json!(properties),
            throughput: offer.map(|offer| offer.settled(self.now).throughput.into()),
        })
    }

    fn container(&self, container: &Container) -> Bytes {
        let mut properties: ContainerProperties = container.properties();
        properties.system_properties = SystemProperties::default();
        properties.links = ContainerLinks::default();
        let offer = self.catalog.offer_of(&container.rid);
        written(&Written::Container {
            container: &serde_json::json!(properties),
            throughput: offer.map(|offer| offer.settled(self.now).throughput.into()),
        })
    }
}

impl Iterator for Export {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(items) = &mut self.items {
                match items.next(self.now) {
                    Some(Shown::Line(line)) => {
                        self.items_left = self.items_left.saturating_sub(1);
                        return Some(line);
                    }
                    Some(Shown::Nothing) => {
                        self.items_left = self.items_left.saturating_sub(1);
                        continue;
                    }
                    None => self.items = None,
                }
            }
            let part = self.ahead.pop_front()?;
            if let Some(line) = self.begin(part) {
                return Some(line);
            }
        }
    }
}

/// What an item is in an export.
enum Shown {
    Line(Bytes),
    /// It has expired.
    Nothing,
}

impl Items {
    fn new(container: Arc<Container>, states: Vec<State>, form: Form) -> Self {
        Self {
            container,
            states: states.into(),
            behind: None,
            form,
        }
    }

    fn next(&mut self, now: Timestamp) -> Option<Shown> {
        loop {
            let state = self.states.front()?;
            let Some(version) = state.items().after(self.behind).next() else {
                self.states.pop_front();
                self.behind = None;
                continue;
            };
            self.behind = Some(version.ordinal);
            let default = self.container.rules.ttl;
            if is_expired(default, version.ttl, version.at, now) {
                return Some(Shown::Nothing);
            }
            let document = unstamped(&version.body);
            return Some(Shown::Line(match self.form {
                Form::Bare => document.into(),
                Form::Tagged => [b"{\"item\":", &*document, b"}"].concat().into(),
            }));
        }
    }
}

fn written(line: &Written<'_>) -> Bytes {
    serde_json::to_vec(line)
        .expect("documents are plain JSON")
        .into()
}
