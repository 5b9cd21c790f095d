# The daily commands. `just` lists them.
default:
    @just --list

# Everything a change must pass before it lands.
check: fmt lint doc test

# Format check.
fmt:
    cargo fmt --all --check

# Lints, warnings denied.
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# Documentation, warnings denied.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# All tests.
test:
    cargo test --workspace

# A local account on port 8081.
serve *ARGS:
    cargo run --release -- serve {{ARGS}}

# The quickstart, on an embedded account or with --endpoint and --key on any other.
quickstart *ARGS:
    cargo run --release -- quickstart {{ARGS}}

# Benches: parts, then the whole over loopback.
bench *ARGS:
    cargo bench -p cosmokit-benches {{ARGS}}

# The query engine by itself: scans, plans, merges.
bench-query *ARGS:
    cargo bench -p cosmokit-query-bench -- {{ARGS}}

# The same operations with cosmokit and with the published client.
bench-published *ARGS:
    cargo run --release --manifest-path benches/published/Cargo.toml -- {{ARGS}}

# Queries over 100,000 items next to SQLite, and DuckDB where DUCKDB_PYTHON names a Python that has it.
bench-sqlite *ARGS:
    cargo run --release --manifest-path benches/sqlite/Cargo.toml -- {{ARGS}}

# Simulated worlds: thousands of seeds with a summary, or one seed with everything about it.
sim *ARGS:
    cargo run --release -p cosmokit-testkit --example sim -- {{ARGS}}

# Generated queries, asked in every way that must give the same rows, in worlds that stand still and that move: a thousand seeds, or one.
queries *ARGS:
    cargo run --release -p cosmokit-testkit --example queries -- {{ARGS}}

# A thousand schedules of splits, merges and failovers, with writers and readers of the change feed.
schedules *ARGS:
    cargo run --release -p cosmokit-testkit --example sim -- --campaign feeds --seeds 1000 {{ARGS}}

# Kills `cosmokit serve --data` under load, 200 times with one writing region and 200 times with several.
crash ROUNDS="200":
    COSMOKIT_CRASH_ROUNDS={{ROUNDS}} cargo test --release -p cosmokit-cli --test it crash

# Clients that others wrote, against `cosmokit serve`.
conform:
    conformance/run

# Fuzz one target for a minute (needs a nightly toolchain and cargo-fuzz).
fuzz TARGET:
    cargo +nightly fuzz run {{TARGET}} -- -max_total_time=60
