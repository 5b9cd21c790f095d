//! Feeds [`cosmokit_fuzz::rid`] from libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cosmokit_fuzz::rid::run(data));
