//! Feeds [`cosmokit_fuzz::error_body`] from libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cosmokit_fuzz::error_body::run(data));
