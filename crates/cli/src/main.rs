//! The `cosmokit` command.

fn main() {}
