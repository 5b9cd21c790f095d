//! Programs that show Cosmokit at work, as examples of this package: `cargo run --release --example bookit`.
