//! The continuation of a query: a hash of what was asked, and where it goes on.
//!
//! A query whose rows depend on one item each goes on behind an item, as a feed does:
//! `item~{hash}~{rows}.{ordinal}~{feed}`, with the rows that were given of the item of that
//! ordinal, or `0.0`. Any other goes on behind a number of rows of a range of points:
//! `row~{hash}~{rows}~{min},{max}`. Both survive splits and merges between pages.

use std::fmt;

use cosmokit_protocol::{
    id::Rid,
    op::SqlQuery,
    partition::{EffectivePartitionKey, EpkRange},
};

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
        /// The item of which some rows were given.
        half: Option<HalfGiven>,
        /// What is left, that item first.
        feed: FeedToken,
    },
    /// Behind this number of rows of these points.
    Row {
        /// The rows.
        rows: usize,
        /// The points.
        of: EpkRange,
    },
}

/// An item of which some rows are on a page and some are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HalfGiven {
    /// The number in its resource id.
    pub(super) ordinal: u64,
    /// Rows that were given, at least one.
    pub(super) rows: usize,
}

impl QueryToken {
    /// Reads a token; `None` when the text is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('~')?;
        let (query, rest) = rest.split_once('~')?;
        let query = u64::from_str_radix(query, 16).ok()?;
        let place = match kind {
            "item" => {
                let (half, feed) = rest.split_once('~')?;
                let (rows, ordinal) = half.split_once('.')?;
                let (rows, ordinal) = (rows.parse().ok()?, ordinal.parse().ok()?);
                Place::Item {
                    half: (rows > 0).then_some(HalfGiven { ordinal, rows }),
                    feed: FeedToken::parse(feed)?,
                }
            }
            "row" => {
                let (rows, of) = rest.split_once('~')?;
                let (min, max) = of.split_once(',')?;
                let bound = |hex| EffectivePartitionKey::from_hex(hex).ok();
                Place::Row {
                    rows: rows.parse().ok()?,
                    of: EpkRange::new(bound(min)?, bound(max)?).ok()?,
                }
            }
            _ => return None,
        };
        Some(Self { query, place })
    }
}

impl fmt::Display for QueryToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = self.query;
        match &self.place {
            Place::Item { half, feed } => {
                let (rows, ordinal) = half.map_or((0, 0), |half| (half.rows, half.ordinal));
                write!(f, "item~{query:x}~{rows}.{ordinal}~{feed}")
            }
            Place::Row { rows, of } => {
                write!(f, "row~{query:x}~{rows}~{},{}", of.min(), of.max())
            }
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
            format!("item~1f~0.0~1~{rid}~1F~,1F,7"),
            format!("item~1f~3.9~1~{rid}~"),
            "row~ffffffffffffffff~12~,FF".to_owned(),
            "row~1~12~1F,2F".to_owned(),
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
            "row~1~1",
            "row~1~1~FF,1F",
            "row~1~1~1F",
            "item~1~1~1~x",
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
