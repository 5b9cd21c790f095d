//! How the account documents of a runtime's drivers are kept fresh, one row each.

use std::time::Duration;

use super::Environment;
use super::table::option_table;
use crate::error::Result;

option_table! {
    /// How the account documents of a runtime's drivers are kept fresh.
    options AccountRefreshOptions, builder AccountRefreshOptionsBuilder, settings AccountRefreshSettings,
    rows ACCOUNT_REFRESH_ROWS;

    /// How often each account is read again without being asked.
    account_refresh_interval, with_account_refresh_interval: Duration => Duration {
        env: "AZURE_COSMOS_E2E_BACKGROUND_ACCOUNT_REFRESH_INTERVAL_MS", unit: "ms",
        default: Duration::from_secs(300), shown: "300000",
        bounds: "100 ms to 1 day",
        accepts: |t| (Duration::from_millis(100)..=Duration::from_secs(86_400)).contains(t), layers: highest,
        why: "how soon a new region or a failover is noticed without traffic",
    }

    /// By how much a pause between two rounds may be shorter, at random.
    account_refresh_jitter_percent, with_account_refresh_jitter_percent: u32 => u32 {
        env: none, unit: "%", default: 10, shown: "10",
        bounds: "0 to 50", accepts: |n| *n <= 50, layers: highest,
        why: "keeps many processes from reading at the same moment",
    }

    /// How many accounts are read at the same time.
    max_concurrent_account_refreshes, with_max_concurrent_account_refreshes: usize => usize {
        env: none, unit: "accounts", default: 16, shown: "16",
        bounds: "1 to 1024", accepts: |n| (1..=1_024).contains(n), layers: highest,
        why: "bounds the burst of a process with many accounts; more if many of them are slow",
    }

    /// How long after an account was read no operation has it read again.
    min_account_refresh_gap, with_min_account_refresh_gap: Duration => Duration {
        env: none, unit: "ms", default: Duration::from_secs(5), shown: "5000",
        bounds: "at most 5 min", accepts: |t| *t <= Duration::from_secs(300), layers: highest,
        why: "bounds the reads that a storm of refused writes causes",
    }
}

impl AccountRefreshOptionsBuilder {
    /// The options.
    ///
    /// # Errors
    /// When an option is outside its bounds.
    pub fn build(self) -> Result<AccountRefreshOptions> {
        self.0.check()?;
        Ok(self.0)
    }
}

impl AccountRefreshSettings {
    /// What holds when a program wishes `options`.
    pub(crate) fn of(options: &AccountRefreshOptions, environment: &Environment) -> Result<Self> {
        options.check()?;
        let environment = AccountRefreshOptions::from_environment(environment);
        Ok(AccountRefreshOptions::resolve([
            Some(options),
            Some(&environment),
            None,
            None,
        ]))
    }
}
