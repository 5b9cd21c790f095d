//! How a query is run, as a tree.

use cosmokit::ContainerClient;

use super::QueryArguments;
use crate::command::CommandResult;

/// Prints how a query is run.
///
/// # Errors
///
/// What the account refuses.
pub(super) async fn print(
    container: &ContainerClient,
    arguments: &QueryArguments,
) -> CommandResult {
    let options = arguments.options();
    let explained = container
        .explain_query(arguments.query()?, arguments.scope()?, Some(options))
        .await?;
    print!("{explained}");
    Ok(())
}
