//! `docs/options.md` is made from the rows of the options: this test compares, and with
//! `COSMOKIT_BLESS=1` it writes the page.

use std::fmt::Write as _;
use std::path::Path;

use cosmokit_driver::options::{
    ACCOUNT_REFRESH_ROWS, CONNECTION_POOL_ROWS, DIAGNOSTICS_ROWS, HEDGING_ROWS, OPERATION_ROWS,
    OptionRow, PARTITION_FAILOVER_ROWS, THROTTLING_ROWS, THROUGHPUT_ROWS,
};

const HEAD: &str = "# Options

Every option of the client, made from the rows in `crates/driver/src/options/`; a test compares.

Four layers, lowest first: environment, runtime, account (client), operation. The highest layer that sets an option wins, field by field.
An environment variable that cannot be read is logged and left out.
";

fn page() -> String {
    let groups: [&[OptionRow]; 8] = [
        OPERATION_ROWS,
        THROTTLING_ROWS,
        THROUGHPUT_ROWS,
        ACCOUNT_REFRESH_ROWS,
        CONNECTION_POOL_ROWS,
        DIAGNOSTICS_ROWS,
        PARTITION_FAILOVER_ROWS,
        HEDGING_ROWS,
    ];
    let mut page = HEAD.to_owned();
    for rows in groups {
        let group = rows.first().map(|row| row.group).unwrap_or_default();
        let _ = write!(
            page,
            "\n## {group}\n\n| Option | Environment | Unit | Default | Bounds | Why |\n|---|---|---|---|---|---|\n"
        );
        for row in rows {
            let env = row.env.map(|name| format!("`{name}`")).unwrap_or_default();
            let _ = writeln!(
                page,
                "| `{}` | {env} | {} | {} | {} | {} |",
                row.name, row.unit, row.default, row.bounds, row.why
            );
        }
    }
    page
}

#[test]
fn the_page_says_what_the_rows_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/options.md");
    if std::env::var_os("COSMOKIT_BLESS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/options.md is out of date; write it with COSMOKIT_BLESS=1 cargo test -p cosmokit-driver --test it options_page"
    );
}
