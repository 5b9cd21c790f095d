//! An account in three regions on a manual clock, and short ways to ask each of them things.

use std::{
    path::Path,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use cosmokit_engine::{
    Account, AccountBuilder, Lag, Link,
    clock::ManualClock,
    protocol::wire::{consistency::ConsistencyLevel, region::Region},
    request::{
        ContainerAddress, CreateContainer, CreateDatabase, DatabaseAddress, Request,
        RequestOptions, ThroughputHeaders, Verb,
    },
    response::{Failure, Response},
};
use serde_json::{Value, json};

use crate::world::{Answer, create, now, read, replace, wait};

/// The write region, and two that read.
pub(crate) const HUB: Region = Region::EAST_US;
pub(crate) const NEAR: Region = Region::WEST_US;
pub(crate) const FAR: Region = Region::SOUTHEAST_ASIA;

/// An account in three regions with the container `c` of the database `db`, key `/pk`.
pub(crate) struct Planet {
    pub(crate) account: Account,
    pub(crate) clock: Arc<ManualClock>,
    /// Whether answers wait for a disk.
    waits: bool,
}

/// A request that waits.
pub(crate) struct Waiting(Pin<Box<dyn Future<Output = Result<Response, Failure>>>>);

impl Planet {
    pub(crate) fn new(level: ConsistencyLevel) -> Self {
        Self::built(Account::builder().consistency(level))
    }

    pub(crate) fn built(builder: AccountBuilder) -> Self {
        Self::with_container(
            builder,
            &json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}}),
        )
    }

    pub(crate) fn with_container(builder: AccountBuilder, container: &Value) -> Self {
        let clock = Arc::new(ManualClock::default());
        let builder = builder.regions([HUB, NEAR, FAR]);
        let account = builder.clock(clock.clone()).build().unwrap();
        let planet = Self::over(account, clock);
        planet.create_container(container);
        planet
    }

    /// An account in memory that was made elsewhere.
    pub(crate) fn over(account: Account, clock: Arc<ManualClock>) -> Self {
        Self {
            account,
            clock,
            waits: false,
        }
    }

    /// An account that is on disk in this directory, on this clock.
    pub(crate) fn durable(
        builder: AccountBuilder,
        directory: &Path,
        clock: &Arc<ManualClock>,
    ) -> Self {
        let builder = builder.regions([HUB, NEAR, FAR]).clock(clock.clone());
        Self {
            account: builder.data_directory(directory).build().unwrap(),
            clock: Arc::clone(clock),
            waits: true,
        }
    }

    /// Makes the container in an account that was made elsewhere.
    pub(crate) fn prepare(&self) {
        let container = json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}});
        self.create_container(&container);
    }

    pub(crate) fn create_container(&self, container: &Value) {
        self.ask(
            &HUB,
            CreateDatabase {
                body: json!({"id": "db"}).to_string().into(),
                throughput: ThroughputHeaders::default(),
            },
        )
        .expect(201, 0);
        self.ask(
            &HUB,
            CreateContainer {
                database: DatabaseAddress::new("db"),
                body: container.to_string().into(),
                throughput: ThroughputHeaders::default(),
            },
        )
        .expect(201, 0);
    }

    /// Sets the lag of the link from the write region to another.
    pub(crate) fn lag(&self, to: &Region, lag: Lag) {
        self.link(&HUB, to, lag);
    }

    pub(crate) fn link(&self, from: &Region, to: &Region, lag: Lag) {
        let link = Link {
            from: from.clone(),
            to: to.clone(),
        };
        self.account.set_link(&link, lag).unwrap();
    }

    pub(crate) fn advance_ms(&self, millis: u64) {
        self.clock.advance(Duration::from_millis(millis));
    }

    pub(crate) fn ask(&self, region: &Region, verb: impl Into<Verb>) -> Answer {
        self.ask_with(region, RequestOptions::default(), verb)
    }

    pub(crate) fn ask_with(
        &self,
        region: &Region,
        options: RequestOptions,
        verb: impl Into<Verb>,
    ) -> Answer {
        let request = Request::new(verb).with_options(options);
        let answer = self.account.execute(region, request);
        Answer::of(if self.waits {
            wait(answer)
        } else {
            now(answer)
        })
    }

    /// Starts a request that may wait.
    pub(crate) fn start(&self, region: &Region, verb: impl Into<Verb>) -> Waiting {
        Waiting(Box::pin(self.account.execute(region, Request::new(verb))))
    }

    pub(crate) fn create(&self, region: &Region, id: &str, n: u64) -> Answer {
        self.ask(region, create("a", &document(id, n)))
    }

    pub(crate) fn replace(&self, region: &Region, id: &str, n: u64) -> Answer {
        self.ask(region, replace("a", id, &document(id, n)))
    }

    pub(crate) fn read(&self, region: &Region, id: &str) -> Answer {
        self.ask(region, read("a", id))
    }

    /// The number in an item as a region shows it; `None` when it is not there.
    pub(crate) fn number(&self, region: &Region, id: &str) -> Option<u64> {
        self.read(region, id).number()
    }

    /// The same for a read at a level, with a token.
    pub(crate) fn number_with(
        &self,
        region: &Region,
        id: &str,
        options: RequestOptions,
    ) -> Option<u64> {
        self.ask_with(region, options, read("a", id)).number()
    }
}

impl Answer {
    /// The number in an item that was read; `None` when it was not there.
    #[track_caller]
    pub(crate) fn number(&self) -> Option<u64> {
        match self.status {
            200 | 201 => self.body["n"].as_u64(),
            404 if self.substatus == 0 => None,
            _ => panic!("neither an item nor its absence: {self:?}"),
        }
    }

    pub(crate) fn token(&self) -> String {
        self.facts.session_token.clone().expect("there is a token")
    }
}

impl Waiting {
    /// The answer, if it is there.
    pub(crate) fn poll(&mut self) -> Option<Answer> {
        let mut cx = Context::from_waker(Waker::noop());
        match pin!(&mut self.0).poll(&mut cx) {
            Poll::Ready(result) => Some(Answer::of(result)),
            Poll::Pending => None,
        }
    }
}

pub(crate) fn document(id: &str, n: u64) -> Value {
    json!({"id": id, "pk": "a", "n": n})
}

pub(crate) fn container() -> ContainerAddress {
    ContainerAddress::new("db", "c")
}

pub(crate) fn at_level(level: ConsistencyLevel) -> RequestOptions {
    RequestOptions {
        consistency: Some(level),
        ..RequestOptions::default()
    }
}

pub(crate) fn with_token(token: &str) -> RequestOptions {
    RequestOptions {
        session_token: Some(token.to_owned()),
        ..RequestOptions::default()
    }
}

pub(crate) fn fixed(millis: u64) -> Lag {
    Lag::Fixed(Duration::from_millis(millis))
}
