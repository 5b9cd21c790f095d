//! Request units: what a request costs, and what may be spent.

pub(crate) mod budget;
pub(crate) mod charge;
