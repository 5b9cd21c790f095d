//! What the commands print for people to look at: tables.

mod table;

pub(crate) use table::{Align, Table};
