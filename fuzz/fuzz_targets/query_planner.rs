//! Feeds [`cosmokit_fuzz::query_planner`] from libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cosmokit_fuzz::query_planner::run(data));
