//! One module per subcommand.

pub(crate) mod query;
pub(crate) mod quickstart;
pub(crate) mod serve;
pub(crate) mod transfer;

/// What a subcommand ends with; the error is printed with its causes.
pub(crate) type CommandResult = Result<(), Box<dyn std::error::Error>>;
