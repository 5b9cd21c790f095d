//! The configuration file of `cosmokit serve`: what it says ([`file`]), accounts made of it ([`account`]) and filled
//! ([`seed`]), their gateways. `docs/serve.toml` shows all of it.

mod account;
mod error;
mod file;
mod gateway;
mod seed;

pub(crate) use error::ConfigError;
pub(crate) use file::{AccountFile, AdminFor, ConfigFile, Merging, ServerFile};
pub(crate) use gateway::gateway;
