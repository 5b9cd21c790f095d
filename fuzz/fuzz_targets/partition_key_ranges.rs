//! Feeds [`cosmokit_fuzz::partition_key_ranges`] from libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cosmokit_fuzz::partition_key_ranges::run(data));
