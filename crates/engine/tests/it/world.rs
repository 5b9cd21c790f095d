//! An account on a manual clock, and short ways to ask it things.

use std::{
    num::NonZeroU32,
    path::Path,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use bytes::Bytes;
use cosmokit_engine::{
    Account, AccountBuilder,
    clock::ManualClock,
    protocol::{id::Etag, partition::PartitionKey, wire::region::Region},
    request::{
        ContainerAddress, CreateContainer, CreateDatabase, CreateItem, DatabaseAddress, DeleteItem,
        ItemAddress, Paging, Precondition, ReadItem, ReplaceItem, Request, RequestOptions,
        ThroughputHeaders, UpsertItem, Verb,
    },
    response::{Facts, Failure, Response},
};
use serde_json::{Value, json};

/// An account with one database and one container, `db` and `c` with the key `/pk`.
pub(crate) struct World {
    pub(crate) account: Account,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) region: Region,
    /// Whether answers wait for a disk.
    waits: bool,
}

/// What a test looks at: status, substatus, body as JSON (null when empty), facts.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) substatus: u16,
    pub(crate) body: Value,
    pub(crate) text: String,
    pub(crate) facts: Facts,
    pub(crate) retry_after: Option<Duration>,
}

impl World {
    pub(crate) fn empty() -> Self {
        Self::built(Account::builder())
    }

    pub(crate) fn built(builder: AccountBuilder) -> Self {
        let clock = Arc::new(ManualClock::default());
        let account = builder.clock(clock.clone()).build().unwrap();
        let region = account.topology().regions()[0].region.clone();
        Self {
            account,
            clock,
            region,
            waits: false,
        }
    }

    /// An account that is on disk in this directory, on this clock.
    pub(crate) fn durable(
        builder: AccountBuilder,
        directory: &Path,
        clock: &Arc<ManualClock>,
    ) -> Self {
        let builder = builder.data_directory(directory).clock(clock.clone());
        let account = builder.build().unwrap();
        let region = account.topology().regions()[0].region.clone();
        Self {
            account,
            clock: Arc::clone(clock),
            region,
            waits: true,
        }
    }

    /// Another account in the place of that of `world`.
    pub(crate) fn over(account: Account, world: &Self) -> Self {
        Self {
            account,
            clock: Arc::clone(&world.clock),
            region: world.region.clone(),
            waits: world.waits,
        }
    }

    /// The account as it is seen at the endpoint of another region.
    pub(crate) fn elsewhere(world: &Self, region: &Region) -> Self {
        Self {
            region: region.clone(),
            ..Self::over(world.account.clone(), world)
        }
    }

    /// One container, one partition.
    pub(crate) fn new() -> Self {
        Self::with_partitions(1)
    }

    pub(crate) fn with_partitions(count: u32) -> Self {
        let partitions = NonZeroU32::new(count).unwrap();
        let world = Self::built(Account::builder().partitions_per_container(partitions));
        world.create_database("db");
        world.create_container(
            &json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}}),
        );
        world
    }

    pub(crate) fn clock_now(&self) -> cosmokit_engine::clock::Timestamp {
        self.account.now()
    }

    pub(crate) fn create_database(&self, id: &str) -> Answer {
        let body = json!({"id": id}).to_string().into();
        self.run(CreateDatabase {
            body,
            throughput: ThroughputHeaders::default(),
        })
    }

    pub(crate) fn create_container(&self, document: &Value) -> Answer {
        self.run(CreateContainer {
            database: DatabaseAddress::new("db"),
            body: document.to_string().into(),
            throughput: ThroughputHeaders::default(),
        })
    }

    pub(crate) fn run(&self, verb: impl Into<Verb>) -> Answer {
        self.ask(Request::new(verb))
    }

    pub(crate) fn run_with(&self, options: RequestOptions, verb: impl Into<Verb>) -> Answer {
        self.ask(Request::new(verb).with_options(options))
    }

    pub(crate) fn ask(&self, request: Request) -> Answer {
        let answer = self.account.execute(&self.region, request);
        Answer::of(if self.waits {
            wait(answer)
        } else {
            now(answer)
        })
    }

    pub(crate) fn create(&self, pk: &str, document: &Value) -> Answer {
        self.run(create(pk, document))
    }

    pub(crate) fn upsert(&self, pk: &str, document: &Value) -> Answer {
        self.run(UpsertItem {
            container: container(),
            partition_key: Some(PartitionKey::from(pk)),
            body: document.to_string().into(),
            precondition: Precondition::default(),
        })
    }

    pub(crate) fn read(&self, pk: &str, id: &str) -> Answer {
        self.run(read(pk, id))
    }

    pub(crate) fn replace(&self, pk: &str, id: &str, document: &Value) -> Answer {
        self.run(replace(pk, id, document))
    }

    pub(crate) fn delete(&self, pk: &str, id: &str) -> Answer {
        self.run(delete(pk, id))
    }
}

impl Answer {
    pub(crate) fn of(result: Result<Response, Failure>) -> Self {
        let retry_after = result.as_ref().err().and_then(Failure::retry_after);
        let (status, substatus, body, facts) = match result {
            Ok(Response {
                status,
                body,
                facts,
            }) => (status, 0, body, facts),
            Err(failure) => {
                let substatus = failure.substatus().map_or(0, u16::from);
                assert!(!failure.message().is_empty());
                let facts = failure.facts().clone();
                (failure.status(), substatus, Bytes::new(), facts)
            }
        };
        let text = String::from_utf8(body.to_vec()).unwrap();
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap()
        };
        Self {
            status: status.as_u16(),
            substatus,
            body,
            text,
            facts,
            retry_after,
        }
    }

    /// Fails unless the answer has this status and substatus.
    #[track_caller]
    pub(crate) fn expect(self, status: u16, substatus: u16) -> Self {
        assert_eq!(
            (self.status, self.substatus),
            (status, substatus),
            "{self:?}"
        );
        self
    }

    pub(crate) fn etag(&self) -> Etag {
        self.facts.etag.clone().expect("the answer has an etag")
    }

    pub(crate) fn lsn(&self) -> u64 {
        self.facts
            .position
            .expect("a partition answered")
            .lsn
            .value()
    }
}

/// The output of a future that never waits.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the engine waits where nothing can make it go on"),
    }
}

/// The output of a future that another thread makes go on.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

pub(crate) fn container() -> ContainerAddress {
    ContainerAddress::new("db", "c")
}

pub(crate) fn item(id: &str) -> ItemAddress {
    ItemAddress::new("db", "c", id)
}

pub(crate) fn create(pk: &str, document: &Value) -> CreateItem {
    CreateItem {
        container: container(),
        partition_key: Some(PartitionKey::from(pk)),
        body: document.to_string().into(),
        precondition: Precondition::default(),
    }
}

pub(crate) fn read(pk: &str, id: &str) -> ReadItem {
    ReadItem {
        item: item(id),
        partition_key: Some(PartitionKey::from(pk)),
        precondition: Precondition::default(),
    }
}

pub(crate) fn replace(pk: &str, id: &str, document: &Value) -> ReplaceItem {
    ReplaceItem {
        item: item(id),
        partition_key: Some(PartitionKey::from(pk)),
        body: document.to_string().into(),
        precondition: Precondition::default(),
    }
}

pub(crate) fn delete(pk: &str, id: &str) -> DeleteItem {
    DeleteItem {
        item: item(id),
        partition_key: Some(PartitionKey::from(pk)),
        precondition: Precondition::default(),
    }
}

pub(crate) fn if_match(etag: &str) -> Precondition {
    Precondition {
        if_match: Some(Etag::from(etag)),
        if_none_match: None,
    }
}

pub(crate) fn if_none_match(etag: &str) -> Precondition {
    Precondition {
        if_match: None,
        if_none_match: Some(Etag::from(etag)),
    }
}

pub(crate) fn page(max: i64, continuation: Option<&str>) -> Paging {
    Paging {
        max_item_count: Some(max),
        continuation: continuation.map(str::to_owned),
    }
}
