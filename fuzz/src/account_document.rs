//! Account documents from anywhere: reading never panics, and what was read is written and read back as it is.

use cosmokit_protocol::resource::AccountProperties;

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let Ok(account) = serde_json::from_slice::<AccountProperties>(data) else {
        return;
    };
    let locations = account.readable_locations.iter();
    for location in locations.chain(&account.writable_locations) {
        let region = location.region();
        let _ = (region.as_str(), region.display_name(), region.row());
    }
    let written = serde_json::to_vec(&account).expect("what was read can be written");
    let again: AccountProperties =
        serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(again, account);
}
