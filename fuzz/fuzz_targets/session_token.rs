//! Feeds [`cosmokit_fuzz::session_token`] from libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cosmokit_fuzz::session_token::run(data));
