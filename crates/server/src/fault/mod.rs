//! Faults on purpose at the gateway: the rules in force, and how one is met by a request.

mod book;
mod meet;
mod operation;

pub(crate) use book::{FaultBook, FaultStage, LiveRule, RuleRefusal};
pub(crate) use meet::{Forestalled, meet};
