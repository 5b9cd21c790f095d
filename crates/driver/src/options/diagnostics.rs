//! How much of what happened is kept, one row each.

use super::Environment;
use super::table::option_table;
use crate::error::Result;

option_table! {
    /// How much diagnostics keep and say.
    options DiagnosticsOptions, builder DiagnosticsOptionsBuilder, settings DiagnosticsSettings,
    rows DIAGNOSTICS_ROWS;

    /// How long the JSON summary may be.
    max_summary_size_bytes, with_max_summary_size_bytes: usize => usize {
        env: "AZURE_COSMOS_DIAGNOSTICS_MAX_SUMMARY_SIZE_BYTES", unit: "bytes",
        default: 2_048, shown: "2048",
        bounds: "1024 to 65536", accepts: |n| (1_024..=65_536).contains(n), layers: highest,
        why: "log systems cut longer lines",
    }

    /// How many attempts are kept whole; all are counted.
    max_request_diagnostics, with_max_request_diagnostics: usize => usize {
        env: "AZURE_COSMOS_DIAGNOSTICS_MAX_REQUEST_DIAGNOSTICS", unit: "attempts",
        default: 64, shown: "64",
        bounds: "4 to 4096", accepts: |n| (4..=4_096).contains(n), layers: highest,
        why: "bounds memory in a storm of retries",
    }
}

impl DiagnosticsOptionsBuilder {
    /// The options.
    ///
    /// # Errors
    /// When an option is outside its bounds.
    pub fn build(self) -> Result<DiagnosticsOptions> {
        self.0.check()?;
        Ok(self.0)
    }
}

impl DiagnosticsSettings {
    /// What holds when a program wishes `options`.
    pub(crate) fn of(options: &DiagnosticsOptions, environment: &Environment) -> Result<Self> {
        options.check()?;
        let environment = DiagnosticsOptions::from_environment(environment);
        Ok(DiagnosticsOptions::resolve([
            Some(options),
            Some(&environment),
            None,
            None,
        ]))
    }
}
