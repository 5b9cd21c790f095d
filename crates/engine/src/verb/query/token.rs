//! The continuation of a query: a hash of what was asked, and where it goes on.
//!
//! A query whose rows depend on one item each goes on behind an item, as a feed does:
//! `item~{hash}~{rows}.{ordinal}.{mark}~{feed}`, with the rows that were given of the item of that
//! ordinal and what the last of them looked like, or `0.0.0`; several with commas, where splits have put the rest of one
//! item behind others. Any other goes on behind a number of rows of a range of points:
//! `row~{hash}~{rows}~{min},{max}`. One that is ordered by paths goes on behind a key:
//! `key~{hash}~{counted}~{rows}.{ordinal}.{mark}~{min},{max}~{key}`, the key in hexadecimal. All survive
//! splits and merges between pages. Behind each stands `!{check}`, a hash of what is before it: a token that was damaged
//! on its way is refused, and never taken for another place.

use std::fmt;

use cosmokit_protocol::{
    id::Rid,
    op::SqlQuery,
    partition::{EffectivePartitionKey, EpkRange},
};

use crate::index::key::IndexKey;
use crate::verb::feed_token::{FeedToken, MAX_PARTS};

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
        /// Items of which some rows were given, no more than there are parts.
        halves: Vec<HalfGiven>,
        /// What is left, with these items.
        feed: FeedToken,
    },
    /// Behind this number of rows of these points.
    Row {
        /// The rows.
        rows: usize,
        /// The points.
        of: EpkRange,
    },
    /// Behind an item in the order of a query.
    Key(KeyPlace),
}

/// A place in the order of a query whose rows come item by item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyPlace {
    /// The points.
    pub(super) of: EpkRange,
    /// Rows that TOP and OFFSET LIMIT have let through, or left out, before.
    pub(super) counted: u64,
    /// The key of the item.
    pub(super) key: IndexKey,
    /// The number in its resource id.
    pub(super) ordinal: u64,
    /// Rows that were counted of the item, of which there are more; none when it is done with.
    pub(super) rows: usize,
    /// [`row_mark`] of the last of them.
    pub(super) mark: u64,
}

/// An item of which some rows are on a page and some are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HalfGiven {
    /// The number in its resource id.
    pub(super) ordinal: u64,
    /// Rows that were given, at least one.
    pub(super) rows: usize,
    /// [`row_mark`] of the last of them.
    pub(super) mark: u64,
}

impl QueryToken {
    /// Reads a token; `None` when the text is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (place, check) = text.rsplit_once('!')?;
        (check == self::check(place))
            .then(|| Self::parse_place(place))
            .flatten()
    }

    fn parse_place(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('~')?;
        let (query, rest) = rest.split_once('~')?;
        let query = u64::from_str_radix(query, 16).ok()?;
        let place = match kind {
            "item" => {
                let (halves, feed) = rest.split_once('~')?;
                Place::Item {
                    halves: parse_halves(halves)?,
                    feed: FeedToken::parse(feed)?,
                }
            }
            "row" => {
                let (rows, of) = rest.split_once('~')?;
                Place::Row {
                    rows: rows.parse().ok()?,
                    of: range(of)?,
                }
            }
            "key" => Place::Key(KeyPlace::parse(rest)?),
            _ => return None,
        };
        Some(Self { query, place })
    }
}

impl fmt::Display for QueryToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = self.query;
        let place = match &self.place {
            Place::Item { halves, feed } => {
                format!("item~{query:x}~{}~{feed}", print_halves(halves))
            }
            Place::Row { rows, of } => {
                format!("row~{query:x}~{rows}~{},{}", of.min(), of.max())
            }
            Place::Key(place) => format!("key~{query:x}~{place}"),
        };
        write!(f, "{place}!{}", check(&place))
    }
}

/// What stands behind a place.
fn check(place: &str) -> String {
    format!("{:x}", hash(FIRST, place.as_bytes()))
}

impl KeyPlace {
    fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split('~');
        let counted = fields.next()?.parse().ok()?;
        let (rows, ordinal, mark) = item(fields.next()?)?;
        let of = range(fields.next()?)?;
        let key = IndexKey::from_bytes(&from_hex(fields.next()?)?);
        fields.next().is_none().then_some(Self {
            of,
            counted,
            key,
            ordinal,
            rows,
            mark,
        })
    }
}

impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            of,
            counted,
            key,
            ordinal,
            rows,
            mark,
        } = self;
        let (min, max) = (of.min(), of.max());
        write!(f, "{counted}~{rows}.{ordinal}.{mark:x}~{min},{max}~")?;
        key.bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

const NO_HALF: &str = "0.0.0";

fn parse_halves(text: &str) -> Option<Vec<HalfGiven>> {
    if text == NO_HALF {
        return Some(Vec::new());
    }
    let halves = text.split(',').map(|half| {
        let (rows, ordinal, mark) = item(half)?;
        (rows > 0).then_some(HalfGiven {
            ordinal,
            rows,
            mark,
        })
    });
    let halves: Option<Vec<_>> = halves.take(MAX_PARTS + 1).collect();
    halves.filter(|halves| halves.len() <= MAX_PARTS)
}

fn print_halves(halves: &[HalfGiven]) -> String {
    if halves.is_empty() {
        return NO_HALF.to_owned();
    }
    let texts = halves.iter().map(|half| {
        let HalfGiven {
            ordinal,
            rows,
            mark,
        } = half;
        format!("{rows}.{ordinal}.{mark:x}")
    });
    texts.collect::<Vec<_>>().join(",")
}

/// Rows, ordinal and mark of an item.
fn item(text: &str) -> Option<(usize, u64, u64)> {
    let mut fields = text.split('.');
    let (rows, ordinal) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let mark = u64::from_str_radix(fields.next()?, 16).ok()?;
    fields.next().is_none().then_some((rows, ordinal, mark))
}

fn range(text: &str) -> Option<EpkRange> {
    let (min, max) = text.split_once(',')?;
    let bound = |hex| EffectivePartitionKey::from_hex(hex).ok();
    EpkRange::new(bound(min)?, bound(max)?).ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    rest.is_empty()
        .then(|| pairs.iter().map(byte).collect())
        .flatten()
}

/// What a row looks like.
pub(super) fn row_mark(row: &[u8]) -> u64 {
    hash(FIRST, row)
}

const FIRST: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, which tells mistakes apart, not forgeries.
fn hash(before: u64, bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(before, step)
}

/// A hash of container, text and parameters.
pub(super) fn fingerprint(container: Rid, query: &SqlQuery) -> u64 {
    let mut all = FIRST;
    let mut add = |bytes: &[u8]| all = hash(all, bytes);
    add(container.as_bytes());
    add(query.query.as_bytes());
    for parameter in &query.parameters {
        add(parameter.name.as_bytes());
        add(parameter.value.to_string().as_bytes());
    }
    all
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
            format!("item~1f~0.0.0~1~{rid}~1F~,1F,7"),
            format!("item~1f~3.9.1f~1~{rid}~"),
            format!("item~1f~3.9.1f,1.12.0~1~{rid}~"),
            "row~ffffffffffffffff~12~,FF".to_owned(),
            "row~1~12~1F,2F".to_owned(),
            "key~1~12~0.7.0~,FF~05C008000000000000008000".to_owned(),
            "key~1~12~3.7.ff~1F,2F~01".to_owned(),
        ] {
            let text = format!("{text}!{}", check(&text));
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
            "item~1~0.9.1f~1~x",
            "item~1~3.9.1f,~1~x",
            "col~1~1",
            "key~1~12~0.7.0~,FF",
            "key~1~12~0.7.0~,FF~0",
            "key~1~12~0.7.0~,FF~0x",
            "key~1~12~0.7.0~,FF~01~",
            "key~1~12~0.7~,FF~01",
            "key~1~-1~0.7.0~,FF~01",
        ] {
            let checked = format!("{text}!{}", check(text));
            assert_eq!(QueryToken::parse(&checked), None, "{text}");
        }
    }

    #[test]
    fn refuses_what_was_damaged() {
        let place = "key~1~12~3.7.ff~1F,2F~01";
        let text = format!("{place}!{}", check(place));
        assert!(QueryToken::parse(&text).is_some());
        assert_eq!(QueryToken::parse(place), None);
        for at in 0..text.len() {
            assert_eq!(QueryToken::parse(&text[..at]), None, "{at}");
            for bit in 0..7 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let damaged = String::from_utf8(bytes).unwrap();
                assert_eq!(QueryToken::parse(&damaged), None, "{damaged}");
            }
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
