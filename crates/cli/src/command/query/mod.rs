//! `cosmokit query "SELECT …"`: runs a query on any account and prints its rows, what it took, or how it is run.

mod account;
mod explain;
mod format;
mod run;
mod took;

pub(crate) use self::run::{QueryArguments, run};
