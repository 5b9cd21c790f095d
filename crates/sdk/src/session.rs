//! Clients in a user's session: the same client over the same driver, whose operations send what that user has
//! seen and add to it, and to nothing else.

use std::sync::Arc;

pub use cosmokit_driver::{Session, SessionActivity, SessionEntry, SessionPromise, SessionSource};

use crate::{ContainerClient, CosmosClient, DatabaseClient};

/// Gives a client the two ways into a session, and the way out.
macro_rules! sessions {
    ($client:ident) => {
        impl $client {
            /// This client in a user's session: what comes of it sends what the session has seen and adds to it, and
            /// nothing of it reaches the state that calls without a session share. Cheap; make one per use.
            ///
            /// ```no_run
            #[doc = concat!("# async fn f(client: cosmokit::", stringify!($client), ") {")]
            /// use cosmokit::session::Session;
            ///
            /// let session = Session::new();
            /// let client = client.in_session(&session);
            /// # let _ = client;
            /// # }
            /// ```
            #[must_use]
            pub fn in_session(&self, session: &Session) -> Self {
                let mut client = self.clone();
                client.driver = self.driver.in_session(session);
                client
            }

            /// This client, whose calls ask `source` for their session when they start, such as a task-local that a web
            /// framework sets around a request. A call whose options name a session is in that one.
            #[must_use]
            pub fn with_session_source(&self, source: Arc<dyn SessionSource>) -> Self {
                let mut client = self.clone();
                client.driver = self.driver.with_session_source(source);
                client
            }

            /// This client outside of any session, for calls that are nobody's: they share what the process has seen.
            /// Cheap; make one per call.
            ///
            /// ```no_run
            #[doc = concat!("# async fn f(client: cosmokit::", stringify!($client), ") {")]
            /// let prices = client.without_session(); // every user's: kept out of the session of whoever asks first
            /// # let _ = prices;
            /// # }
            /// ```
            #[must_use]
            pub fn without_session(&self) -> Self {
                let mut client = self.clone();
                client.driver = self.driver.without_session();
                client
            }
        }
    };
}

sessions!(CosmosClient);
sessions!(DatabaseClient);
sessions!(ContainerClient);
