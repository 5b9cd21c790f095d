//! An account of the file behind its gateway: made, shaped, filled, with its faults in force.

use std::path::Path;

use cosmokit_server::{AdminAccess, Gateway};

use super::ConfigError;
use super::account::{builder, shape};
use super::file::{AccountFile, AdminFor, ServerFile};
use super::seed::fill;

/// Makes the account at a place of the file.
///
/// # Errors
/// [`ConfigError::Value`] with the key whose value cannot be used.
pub(crate) async fn gateway(
    (place, file): (usize, &AccountFile),
    server: &ServerFile,
    directory: &Path,
) -> Result<Gateway, ConfigError> {
    let made = async {
        let builder = builder(file, directory)?;
        let account = builder.build().map_err(ConfigError::plain)?;
        shape(&account, file)?;
        fill(&account, file, directory).await?;
        let mut gateway = Gateway::builder(account);
        if let Some(requests) = server.request_log {
            gateway = gateway.request_log(requests);
        }
        if server.admin_for == Some(AdminFor::Everyone) {
            gateway = gateway.admin_access(AdminAccess::Everyone);
        }
        for rule in &file.faults {
            gateway = gateway.fault_rule(rule.clone());
        }
        gateway.build().map_err(ConfigError::plain)
    };
    made.await
        .map_err(|error: ConfigError| error.within(&format!("accounts[{place}]")))
}
