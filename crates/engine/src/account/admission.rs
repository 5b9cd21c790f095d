//! Letting requests in, and having them pay, where the account keeps to its throughput.

use std::sync::Arc;

use cosmokit_protocol::wire::{charge::RequestCharge, priority::PriorityLevel};

use super::Call;
use crate::{
    durable::OnDisk,
    metadata::container::Container,
    partition::{partition::Partition, phase::Phase},
    refuse,
    response::{Facts, Failure},
    throughput::budget::{BudgetKey, Budgets, Verdict},
};

/// A budget that let a request in and is to be paid from.
#[derive(Debug)]
pub(crate) struct Meter {
    budgets: Arc<Budgets>,
    key: BudgetKey,
}

/// A budget, and its request units per second.
struct Allowance {
    budgets: Arc<Budgets>,
    key: BudgetKey,
    rate: f64,
}

impl Call<'_> {
    /// Lets a request on to a partition, whose budget it will pay from.
    ///
    /// # Errors
    /// 410/1007 during a split or merge; 429/3200 with the time to wait when the budget is used up
    /// and the account throttles. Whatever, when the content has to be read from disk first: the
    /// request is run again then.
    pub(crate) fn admit(
        &self,
        container: &Container,
        partition: &Arc<Partition>,
    ) -> Result<(), Failure> {
        self.require_content(container, partition)?;
        self.looked.at(container.rid, partition);
        // One that has gone since the request looked at the layout still shows what it held then.
        if partition.phase.get() == Phase::Moving {
            return Err(refused(container, partition, refuse::partition_moving));
        }
        if !self.state.throttles() {
            return Ok(());
        }
        let Some(allowance) = self.allowance(container, partition) else {
            return Ok(());
        };
        let Allowance { budgets, key, rate } = allowance;
        let priority = self.options.priority.unwrap_or(PriorityLevel::High);
        match budgets.admit(key, rate, priority, self.now()) {
            Verdict::Admit => {
                self.meters.borrow_mut().push(Meter { budgets, key });
                Ok(())
            }
            Verdict::Wait(wait) => {
                let throttled = |_: &str| refuse::throttled(wait);
                Err(refused(container, partition, throttled))
            }
        }
    }

    /// Has the content of a partition in memory.
    ///
    /// # Errors
    /// 500 when it cannot be read. Whatever, when it is being read.
    pub(crate) fn require_content(
        &self,
        container: &Container,
        partition: &Arc<Partition>,
    ) -> Result<(), Failure> {
        let found = self.looked.require(container.rid, partition);
        let read = found.map_err(|OnDisk| refuse::not_read_yet())?;
        read.map_err(|error| refuse::unreadable(&error))
    }

    /// Has the request pay, in equal parts where several budgets let it in.
    pub(crate) fn spend(&self, charge: RequestCharge) {
        let meters = self.meters.take();
        let count = u32::try_from(meters.len()).unwrap_or(u32::MAX);
        let share = RequestCharge::new(charge.value() / f64::from(count.max(1)));
        if count == 0 {
            return;
        }
        let now = self.now();
        for Meter { budgets, key } in meters {
            budgets.spend(key, share, now);
        }
    }

    /// The container's own throughput, divided among its partitions; else the one that it shares
    /// with its database; `None` when neither has an offer.
    fn allowance(&self, container: &Container, partition: &Partition) -> Option<Allowance> {
        let catalog = self.state.catalog.load();
        let region = self.region.id;
        if let Some(offer) = catalog.offer_of(&container.rid) {
            let count = container.live.layout().partitions().len();
            let rate = offer.settled(self.now()).throughput.maximum();
            return Some(Allowance {
                budgets: Arc::clone(&container.live.budgets),
                key: BudgetKey {
                    range: Some(partition.id),
                    region,
                },
                rate: number(rate) / number(u64::try_from(count.max(1)).unwrap_or(u64::MAX)),
            });
        }
        let database = catalog.database_of(container)?;
        let offer = catalog.offer_of(&database.header.rid)?;
        Some(Allowance {
            budgets: Arc::clone(&database.header.budgets),
            key: BudgetKey {
                range: None,
                region,
            },
            rate: number(offer.settled(self.now()).throughput.maximum()),
        })
    }
}

/// Refuses a write whose partition was closed while it waited for its turn. To be asked while
/// it has the right to append.
///
/// # Errors
/// 410/1007 during a split or merge, 410/1002 after it.
pub(super) fn require_serving(container: &Container, partition: &Partition) -> Result<(), Failure> {
    match partition.phase.get() {
        Phase::Serving => Ok(()),
        Phase::Moving => Err(refused(container, partition, refuse::partition_moving)),
        Phase::Gone => Err(refused(container, partition, refuse::range_gone)),
    }
}

/// A refusal of a partition, which gets the id of its range.
fn refused(
    container: &Container,
    partition: &Partition,
    failure: impl FnOnce(&str) -> Failure,
) -> Failure {
    failure(&partition.facts.range_id).with_facts(Facts {
        partition: Some(Arc::clone(&partition.facts)),
        owner: Some(Arc::clone(&container.owner)),
        ..Facts::default()
    })
}

/// A throughput as a number; none is above 2^32.
fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;
    use crate::{
        Account, SplitPoint,
        durable::Looked,
        request::{
            ContainerAddress, CreateContainer, CreateDatabase, DatabaseAddress, Request,
            RequestOptions, ThroughputHeaders, Verb,
        },
    };

    fn account() -> Account {
        let account = Account::builder().build().unwrap();
        let region = account.topology().regions()[0].region.clone();
        let run = |verb: Verb| {
            let answer = pin!(account.execute(&region, Request::new(verb)));
            let answer = answer.poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(answer, Poll::Ready(Ok(_))));
        };
        run(Verb::from(CreateDatabase {
            body: r#"{"id":"db"}"#.into(),
            throughput: ThroughputHeaders::default(),
        }));
        run(Verb::from(CreateContainer {
            database: DatabaseAddress::new("db"),
            body: r#"{"id":"c","partitionKey":{"paths":["/pk"]}}"#.into(),
            throughput: ThroughputHeaders::default(),
        }));
        account
    }

    /// It found its partition before the split began, and gets its turn during it or after it.
    #[test]
    fn a_write_that_waited_for_its_turn_is_turned_away() {
        let account = account();
        let topology = account.topology();
        let address = ContainerAddress::new("db", "c");
        let call = Call {
            state: account.state(),
            topology: &topology,
            region: &topology.regions()[0],
            options: RequestOptions::default(),
            meters: std::cell::RefCell::default(),
            looked: Looked::at_nothing(None),
            acknowledgements: std::cell::RefCell::default(),
        };
        let container = call.target(&address).unwrap().container;
        let layout = container.live.layout().clone();
        let found = layout.partitions().next().unwrap();
        let turn = || {
            let appender = call.appender(&container, found, call.now());
            let refused = |failure: Failure| failure.substatus().map(u16::from);
            appender.map(drop).map_err(refused)
        };
        let begin = || {
            account
                .begin_split(&address, "0", &SplitPoint::Middle)
                .unwrap()
        };
        assert_eq!(turn(), Ok(()));
        let split = begin();
        assert_eq!(turn(), Err(Some(1007)));
        split.abort();
        assert_eq!(turn(), Ok(()));
        begin().complete();
        assert_eq!(turn(), Err(Some(1002)));
    }
}
