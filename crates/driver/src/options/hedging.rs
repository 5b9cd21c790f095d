//! How many reads may be hedged at a time, one row each; whether and when one is, is an operation's option.

use super::Environment;
use super::table::option_table;
use crate::error::Result;

option_table! {
    /// The budget of hedged reads of one driver.
    options HedgingOptions, builder HedgingOptionsBuilder, settings HedgingSettings, rows HEDGING_ROWS;

    /// How many hedges may run at the same time; reads beyond are not hedged.
    max_concurrent_hedges, with_max_concurrent_hedges: usize => usize {
        env: "AZURE_COSMOS_HEDGING_MAX_CONCURRENT", unit: "attempts", default: 32, shown: "32",
        bounds: "0 to 100000", accepts: |n| *n <= 100_000, layers: highest,
        why: "when a region is slow as a whole, hedges must not double the load of the others; 0 turns hedging off",
    }
}

impl HedgingOptionsBuilder {
    /// The options.
    ///
    /// # Errors
    /// When an option is outside its bounds.
    pub fn build(self) -> Result<HedgingOptions> {
        self.0.check()?;
        Ok(self.0)
    }
}

impl HedgingSettings {
    /// What holds when a program wishes `options`.
    pub(crate) fn of(options: &HedgingOptions, environment: &Environment) -> Result<Self> {
        options.check()?;
        let below = HedgingOptions::from_environment(environment);
        Ok(HedgingOptions::resolve([
            Some(options),
            Some(&below),
            None,
            None,
        ]))
    }
}
