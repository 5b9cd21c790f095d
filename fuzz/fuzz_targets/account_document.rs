//! Feeds [`cosmokit_fuzz::account_document`] from libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cosmokit_fuzz::account_document::run(data));
