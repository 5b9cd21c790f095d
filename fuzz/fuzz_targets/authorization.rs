//! Feeds [`cosmokit_fuzz::authorization`] from libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cosmokit_fuzz::authorization::run(data));
