//! The continuation of a query: a hash of what was asked, and where it goes on.
//!
//! A query whose rows depend on one item each goes on behind an item (`item~{hash}~{rows}~{feed}`, as a
//! feed does, with the rows of the next item that were given); any other goes on behind a number
//! of rows (`row~{hash}~{rows}`).

use std::fmt;

use cosmokit_protocol::{id::Rid, op::SqlQuery};

use super::feed_token::FeedToken;

/// Where a query goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct QueryToken {
    /// [`fingerprint`] of what was asked.
    pub(super) query: u64,
    /// The place.
    pub(super) place: Place,
}

/// A place in the rows of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind items.
    Item {
        /// Rows that were given of the first item that is left.
        rows: usize,
        /// What is left.
        feed: FeedToken,
    },
    /// Behind this number of rows.
    Row(usize),
}

impl QueryToken {
    /// Reads a token; `None` when the text is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('~')?;
        let (query, rest) = rest.split_once('~')?;
        let query = u64::from_str_radix(query, 16).ok()?;
        let place = match kind {
            "item" => {
                let (rows, feed) = rest.split_once('~')?;
                Place::Item {
                    rows: rows.parse().ok()?,
                    feed: FeedToken::parse(feed)?,
                }
            }
            "row" => Place::Row(rest.parse().ok()?),
            _ => return None,
        };
        Some(Self { query, place })
    }
}

impl fmt::Display for QueryToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = self.query;
        match &self.place {
            Place::Item { rows, feed } => write!(f, "item~{query:x}~{rows}~{feed}"),
            Place::Row(rows) => write!(f, "row~{query:x}~{rows}"),
        }
    }
}

/// A hash of container, text and parameters: FNV-1a, which tells mistakes apart, not forgeries.
pub(super) fn fingerprint(container: Rid, query: &SqlQuery) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    add(container.as_bytes());
    add(query.query.as_bytes());
    for parameter in &query.parameters {
        add(parameter.name.as_bytes());
        add(parameter.value.to_string().as_bytes());
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container() -> Rid {
        Rid::container(Rid::database(1), 2).unwrap()
    }

    #[test]
    fn print_and_parse_are_inverse() {
        let rid = container();
        for text in [
            format!("item~1f~0~1~{rid}~1F~,1F,7"),
            format!("item~1f~3~1~{rid}~"),
            "row~ffffffffffffffff~12".to_owned(),
        ] {
            let token = QueryToken::parse(&text);
            assert_eq!(token.map(|token| token.to_string()), Some(text));
        }
    }

    #[test]
    fn refuses_other_texts() {
        for text in [
            "",
            "row",
            "row~1",
            "row~x~1",
            "row~1~",
            "row~1~-1",
            "item~1~1",
            "item~1~1~x",
            "col~1~1",
        ] {
            assert_eq!(QueryToken::parse(text), None, "{text}");
        }
    }

    #[test]
    fn fingerprints_tell_queries_apart() {
        let query = SqlQuery::from("SELECT * FROM c WHERE c.n = @n");
        let one = query.clone().with_parameter("@n", 1).unwrap();
        let two = query.clone().with_parameter("@n", 2).unwrap();
        let other = Rid::container(Rid::database(1), 3).unwrap();
        let mut all = [
            fingerprint(container(), &query),
            fingerprint(container(), &one),
            fingerprint(container(), &two),
            fingerprint(other, &query),
        ];
        all.sort_unstable();
        assert!(all.is_sorted_by(|a, b| a < b));
        assert_eq!(
            fingerprint(container(), &one),
            fingerprint(container(), &one)
        );
    }
}
