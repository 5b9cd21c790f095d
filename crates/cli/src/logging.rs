//! Logs go to stderr, so that stdout carries results only.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Environment variable with the filter, in the form of `tracing_subscriber::EnvFilter`:
/// `COSMOKIT_LOG=debug`, `COSMOKIT_LOG=cosmokit_server=trace`.
const FILTER_VARIABLE: &str = "COSMOKIT_LOG";
/// Without the variable: what an operator should read, and of other crates only warnings.
const DEFAULT_FILTER: &str = "warn,cosmokit=info,cosmokit_server=info,cosmokit_engine=info";

/// Starts logging for the whole process; called once.
pub(crate) fn start() {
    let filter =
        EnvFilter::try_from_env(FILTER_VARIABLE).unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}
