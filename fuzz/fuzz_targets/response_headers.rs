//! Feeds [`cosmokit_fuzz::response_headers`] from libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cosmokit_fuzz::response_headers::run(data));
