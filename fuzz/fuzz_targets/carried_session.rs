//! Feeds [`cosmokit_fuzz::carried_session`] from libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cosmokit_fuzz::carried_session::run(data));
