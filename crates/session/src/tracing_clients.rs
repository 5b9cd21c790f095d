//! Clients whose operations belong to the session of the task that makes them.

use std::sync::Arc;

use cosmokit::session::{Session, SessionSource};
use cosmokit::{ContainerClient, CosmosClient, CosmosClientBuilder, DatabaseClient};

use crate::scope;

/// What a traced client does with an operation on items outside of any session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outside {
    /// Shares what the process has seen, as any client does.
    Shared,
    /// Refuses it.
    Refused,
}

/// Finds the session of the task that runs.
#[derive(Debug)]
struct Ambient(Outside);

impl SessionSource for Ambient {
    fn current(&self) -> Option<Session> {
        let user = scope::current();
        if user.is_none() {
            scope::count_outside();
        }
        Some(user?.session().clone())
    }

    fn is_required(&self) -> bool {
        self.0 == Outside::Refused
    }
}

/// Traces a client: the operations of what comes of it belong to the session of the task that makes them.
///
/// ```no_run
/// # async fn f(client: cosmokit::CosmosClient) -> cosmokit::Result<()> {
/// use cosmokit_session::SessionTracing as _;
///
/// let client = client.traced();
/// let notes = client.database_client("shop").container_client("notes", None).await?;
/// # let _ = notes; Ok(()) }
/// ```
pub trait SessionTracing: Sized {
    /// This client, whose operations send what the session of the task knows and add to it, and to nothing
    /// else. Outside of any session they share what the process has seen.
    #[must_use]
    fn traced(&self) -> Self;

    /// The same for tests: an operation on items outside of any session is an error (400), so that a hole in
    /// the carrying of sessions shows.
    #[must_use]
    fn traced_strictly(&self) -> Self;
}

macro_rules! traces {
    ($($client:ty),*) => { $(
        impl SessionTracing for $client {
            fn traced(&self) -> Self {
                self.with_session_source(Arc::new(Ambient(Outside::Shared)))
            }

            fn traced_strictly(&self) -> Self {
                self.with_session_source(Arc::new(Ambient(Outside::Refused)))
            }
        }
    )* };
}

traces!(CosmosClient, DatabaseClient, ContainerClient);

/// Traces a client while it is built.
pub trait BuilderSessionTracing {
    /// As [`SessionTracing::traced`].
    #[must_use]
    fn with_session_tracing(self) -> Self;
}

impl BuilderSessionTracing for CosmosClientBuilder {
    fn with_session_tracing(self) -> Self {
        self.with_session_source(Arc::new(Ambient(Outside::Shared)))
    }
}
