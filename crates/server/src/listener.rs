//! One region's port: binds it with an error that says what to do, accepts within a limit, and on
//! shutdown lets its connections finish for a while.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use cosmokit_protocol::wire::region::Region;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until, timeout};

use crate::connection::{Serving, serve};
use crate::error::ServerError;
use crate::shutdown::ShutdownSignal;

/// Pause after the system refused a connection for want of something, such as file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A bound port that does not accept yet.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) region: Region,
    pub(crate) address: SocketAddr,
    socket: TcpListener,
}

impl Listener {
    /// Binds `host:port` for a region; port 0 takes a free one.
    ///
    /// # Errors
    /// [`ServerError::PortTaken`] when another program listens there, [`ServerError::Bind`] for
    /// every other refusal.
    pub(crate) async fn bind(region: &Region, host: &str, port: u16) -> Result<Self, ServerError> {
        let refused = |error: io::Error| match error.kind() {
            io::ErrorKind::AddrInUse => ServerError::PortTaken {
                host: host.to_owned(),
                port,
            },
            _ => ServerError::Bind {
                host: host.to_owned(),
                port,
                source: error,
            },
        };
        let socket = TcpListener::bind((host, port)).await.map_err(refused)?;
        let address = socket.local_addr().map_err(refused)?;
        Ok(Self {
            region: region.clone(),
            address,
            socket,
        })
    }

    /// Accepts until the shutdown begins, then drains.
    pub(crate) async fn run(self, serving: Arc<Serving>, mut shutdown: ShutdownSignal) {
        let places = Arc::new(Semaphore::new(serving.limits.max_connections));
        let drain_timeout = serving.limits.drain_timeout;
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                () = shutdown.begun() => break,
                Some(ended) = connections.join_next() => note_end(ended),
                (stream, peer, place) = self.next(&places) => {
                    let connection = serve(stream, peer, Arc::clone(&serving), shutdown.clone());
                    connections.spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
            }
        }
        drop(self.socket);
        let drained = timeout(drain_timeout, async {
            while let Some(ended) = connections.join_next().await {
                note_end(ended);
            }
        });
        if drained.await.is_err() {
            tracing::warn!(
                left = connections.len(),
                "connections did not finish in time"
            );
        }
    }

    /// The next connection, once there is a place for it.
    ///
    /// # Cancel safety
    /// Safe: a connection is only taken off the queue when this returns.
    async fn next(&self, places: &Arc<Semaphore>) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
        let place = Arc::clone(places)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        loop {
            match self.socket.accept().await {
                Ok((stream, peer)) => return (stream, peer, place),
                Err(error) if is_about_one_connection(&error) => {
                    tracing::debug!(%error, "a connection was gone before it was accepted");
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections for the moment");
                    sleep_until(Instant::now() + ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

fn note_end(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a connection ended by a defect");
    }
}
