//! SQLite: the items as texts, with an index on each property that a query looks up or orders by.

use rusqlite::{Connection, Result};
use serde_json::Value;

/// A database with these items.
pub(crate) fn filled(items: &[Value]) -> Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    connection.execute_batch("CREATE TABLE items (body TEXT NOT NULL)")?;
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare("INSERT INTO items VALUES (?1)")?;
        for item in items {
            insert.execute([item.to_string()])?;
        }
    }
    transaction.commit()?;
    connection.execute_batch(
        "CREATE INDEX by_n ON items (json_extract(body, '$.n')); CREATE INDEX by_price ON items (json_extract(body, '$.price'));",
    )?;
    Ok(connection)
}

/// How many rows a query has; each is fetched.
pub(crate) fn count(connection: &Connection, text: &str) -> Result<u64> {
    let mut statement = connection.prepare_cached(text)?;
    let mut rows = statement.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        std::hint::black_box(row.get_ref(0)?);
        count += 1;
    }
    Ok(count)
}
