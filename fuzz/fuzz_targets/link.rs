//! Feeds [`cosmokit_fuzz::link`] from libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cosmokit_fuzz::link::run(data));
