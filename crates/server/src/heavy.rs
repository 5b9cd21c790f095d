//! Queries and scripts that take more than a few milliseconds, kept off the threads that serve everybody else.
//!
//! The engine runs a page of a query, and scripts, to their end on the thread that asks. So they get a little effort first,
//! which most need; one that runs out of steps is begun again where blocking is allowed, and no more of those at a time than there
//! are cores. Requests of other kinds never come here. In a runtime of one thread, which has nowhere else to run, a query
//! runs where it is.

use std::num::NonZeroUsize;

use cosmokit_engine::Account;
use cosmokit_engine::request::{Effort, Request};
use cosmokit_engine::response::{Failure, Response};
use cosmokit_protocol::wire::region::Region;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;
use tokio::task::block_in_place;

/// Room for queries that take long.
#[derive(Debug)]
pub(crate) struct HeavyQueries(Semaphore);

impl Default for HeavyQueries {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self(Semaphore::new(cores))
    }
}

impl HeavyQueries {
    /// Runs a query; `request` makes it, a second time when a little effort was not enough.
    pub(crate) async fn run(
        &self,
        account: &Account,
        region: &Region,
        request: impl Fn() -> Result<Request, Failure> + Send,
    ) -> Result<Response, Failure> {
        let may_block = Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
        if !may_block {
            return account.execute(region, request()?).await;
        }
        let mut little = request()?;
        little.options.effort = Effort::Little;
        match account.execute(region, little).await {
            Err(failure) if failure.is_out_of_steps() => {}
            answer => return answer,
        }
        // The semaphore is never closed.
        let _permit = self.0.acquire().await;
        let whole = account.execute(region, request()?);
        block_in_place(|| Handle::current().block_on(whole))
    }
}
