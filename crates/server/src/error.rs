//! Why a server did not start.

use std::io;

use cosmokit_protocol::wire::signing::KeyError;

/// An error at start; a running server has none, it answers its clients.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Another program listens on the port.
    #[error(
        "port {port} on {host} is already in use: stop the program that listens there, or choose another port (0 takes a free one)"
    )]
    PortTaken {
        /// The host as configured.
        host: String,
        /// The port as configured.
        port: u16,
    },
    /// The host cannot be listened on.
    #[error("cannot listen on {host} port {port}")]
    Bind {
        /// The host as configured.
        host: String,
        /// The port as configured.
        port: u16,
        /// The system's reason.
        source: io::Error,
    },
    /// Not enough ports above the first for every region.
    #[error("port {port} leaves no room for {regions} regions, which take consecutive ports")]
    PortsExhausted {
        /// The first region's port.
        port: u16,
        /// How many regions there are.
        regions: usize,
    },
    /// An account is to be reached by a name alone that another one has.
    #[error("two accounts are named {0}: one of them needs another name, or ports of its own")]
    NameTaken(String),
    /// The self-signed certificate could not be made or used.
    #[error("the TLS certificate cannot be used")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A fault rule cannot be put in force.
    #[error("a fault rule cannot be put in force: {0}")]
    FaultRule(String),
    /// A key of the account cannot be used.
    #[error("the account's {role} key cannot be used")]
    Key {
        /// Which of the four keys.
        role: &'static str,
        /// What is wrong with it.
        source: KeyError,
    },
}
