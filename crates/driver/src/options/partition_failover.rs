//! When a partition is served by another region, one row each.

use std::time::Duration;

use super::Environment;
use super::table::option_table;
use crate::error::Result;

option_table! {
    /// When a partition that fails in one region is served by another.
    options PartitionFailoverOptions, builder PartitionFailoverOptionsBuilder,
    settings PartitionFailoverSettings, rows PARTITION_FAILOVER_ROWS;

    /// Whether failures of partitions are counted, so that those that fail often are passed over.
    circuit_breaker_enabled, with_circuit_breaker_enabled: bool => bool {
        env: "AZURE_COSMOS_PPCB_ENABLED", unit: "",
        default: true, shown: "true",
        bounds: "true or false; AZURE_COSMOS_PPCB_ENABLED_OVERRIDE beats the program",
        accepts: |_| true, layers: highest,
        why: "a caller that does this by itself",
    }

    /// How many reads of a partition must fail in a region before it is passed over there.
    read_failure_threshold, with_read_failure_threshold: u32 => u32 {
        env: "AZURE_COSMOS_PPCB_READ_FAILURE_THRESHOLD", unit: "failures", default: 10, shown: "10",
        bounds: "1 to 10000", accepts: |n| (1..=10_000).contains(n), layers: highest,
        why: "lower turns away sooner and more often in vain",
    }

    /// How many writes of a partition must fail in a region before it is passed over there.
    write_failure_threshold, with_write_failure_threshold: u32 => u32 {
        env: "AZURE_COSMOS_PPCB_WRITE_FAILURE_THRESHOLD", unit: "failures", default: 5, shown: "5",
        bounds: "1 to 10000", accepts: |n| (1..=10_000).contains(n), layers: highest,
        why: "lower turns away sooner and more often in vain",
    }

    /// After which pause without failures counting starts anew.
    counter_reset_window, with_counter_reset_window: Duration => Duration {
        env: "AZURE_COSMOS_PPCB_COUNTER_RESET_WINDOW_MS", unit: "ms",
        default: Duration::from_secs(300), shown: "300000",
        bounds: "1 s to 1 day",
        accepts: |t| (Duration::from_secs(1)..=Duration::from_secs(86_400)).contains(t), layers: highest,
        why: "failures far apart are no outage",
    }

    /// How long a partition is passed over before one operation tries it again.
    partition_unavailability_duration, with_partition_unavailability_duration: Duration => Duration {
        env: "AZURE_COSMOS_PPCB_PARTITION_UNAVAILABILITY_DURATION_MS", unit: "ms",
        default: Duration::from_secs(5), shown: "5000",
        bounds: "100 ms to 1 hour",
        accepts: |t| (Duration::from_millis(100)..=Duration::from_secs(3_600)).contains(t), layers: highest,
        why: "how soon traffic returns to a region that has recovered",
    }

    /// How many races in a row a partition must lose to a hedge before it is passed over.
    consecutive_hedge_win_threshold, with_consecutive_hedge_win_threshold: u32 => u32 {
        env: "AZURE_COSMOS_PPCB_CONSECUTIVE_HEDGE_WIN_THRESHOLD", unit: "races", default: 5, shown: "5",
        bounds: "1 to 10000", accepts: |n| (1..=10_000).contains(n), layers: highest,
        why: "a partition that is slow but answers should not be asked first for ever",
    }
}

impl PartitionFailoverOptionsBuilder {
    /// The options.
    ///
    /// # Errors
    /// When an option is outside its bounds.
    pub fn build(self) -> Result<PartitionFailoverOptions> {
        self.0.check()?;
        Ok(self.0)
    }
}

impl PartitionFailoverSettings {
    /// What holds when a program wishes `options`.
    pub(crate) fn of(
        options: &PartitionFailoverOptions,
        environment: &Environment,
    ) -> Result<Self> {
        options.check()?;
        let below = PartitionFailoverOptions::from_environment(environment);
        let mut settings =
            PartitionFailoverOptions::resolve([Some(options), Some(&below), None, None]);
        if let Some(enabled) = environment.read("AZURE_COSMOS_PPCB_ENABLED_OVERRIDE", |_| true) {
            settings.circuit_breaker_enabled = enabled;
        }
        Ok(settings)
    }
}
