//! TOP, OFFSET and LIMIT as clients take them: signed 32-bit numbers, although the service takes more.

use super::{Plan, Work};
use crate::error::{QueryError, Refusal};

/// The largest count that every client of the service takes.
const MAX_COUNT: u64 = i32::MAX as u64;

impl Plan {
    /// Checks that clients that count rows in 32 bits can merge the answers.
    ///
    /// # Errors
    /// [`Refusal::CountBeyondClients`] when TOP, OFFSET or LIMIT is larger than 2^31 - 1.
    pub fn check_client_counts(&self) -> Result<(), QueryError> {
        let counts = match self.work() {
            Work::Query(info) => [info.top, info.offset, info.limit],
            Work::Hybrid(info) => [None, info.skip, info.take],
        };
        match counts
            .into_iter()
            .flatten()
            .find(|count| *count > MAX_COUNT)
        {
            Some(count) => Err(QueryError::Refused(Refusal::CountBeyondClients(count))),
            None => Ok(()),
        }
    }
}
