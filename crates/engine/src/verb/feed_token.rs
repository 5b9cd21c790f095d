//! The continuation of an item feed: which points are still to be read, and behind which item.
//!
//! It names points and ordinals, never partitions, so it survives writes, splits and merges
//! between pages. Text: `1~{container}~{rest}` and then, for each part that is half read,
//! `~{min},{max},{ordinal}`; points in hexadecimal. Parts stand in order before the rest.

use std::fmt;

use cosmokit_protocol::{
    id::Rid,
    partition::{EffectivePartitionKey, EpkRange},
};

/// Most parts that a token may have; each split between pages adds at most one.
pub(super) const MAX_PARTS: usize = 1_000;

/// A part of the points, and how far it has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// The points.
    pub(super) range: EpkRange,
    /// Ordinal of the last item read; `None` when none was.
    pub(super) after: Option<u64>,
}

/// What is left of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FeedToken {
    /// The container the feed is about.
    pub(super) container: Rid,
    /// Parts that were begun.
    pub(super) begun: Vec<(EpkRange, u64)>,
    /// Points from here on were not begun.
    pub(super) rest: EffectivePartitionKey,
}

impl FeedToken {
    /// Reads a token; `None` when the text is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut fields = text.strip_prefix("1~")?.split('~');
        let container = fields.next()?.parse().ok()?;
        let rest = EffectivePartitionKey::from_hex(fields.next()?).ok()?;
        let begun = fields
            .take(MAX_PARTS + 1)
            .map(part)
            .collect::<Option<Vec<_>>>()?;
        let ascends = begun.is_sorted_by(|(a, _), (b, _)| a.max() <= b.min());
        let before_rest = begun.last().is_none_or(|(last, _)| *last.max() <= rest);
        (begun.len() <= MAX_PARTS && ascends && before_rest).then_some(Self {
            container,
            begun,
            rest,
        })
    }

    /// What is left to read, cut to `scope`, in order.
    pub(super) fn parts(self, scope: &EpkRange) -> Vec<Part> {
        let rest = EpkRange::new(self.rest, EffectivePartitionKey::MAX).ok();
        let begun = self
            .begun
            .into_iter()
            .map(|(range, after)| (range, Some(after)));
        begun
            .chain(rest.map(|range| (range, None)))
            .filter_map(|(range, after)| {
                Some(Part {
                    range: range.intersect(scope)?,
                    after,
                })
            })
            .collect()
    }

    /// The token for parts that are left, in order, those that were begun first; `None` when
    /// nothing is left.
    pub(super) fn of(container: Rid, left: &[Part]) -> Option<Self> {
        let last = left.last()?;
        let first_untouched = left.iter().find(|part| part.after.is_none());
        let rest = first_untouched
            .map_or(last.range.max(), |part| part.range.min())
            .clone();
        let begun = left
            .iter()
            .filter_map(|part| Some((part.range.clone(), part.after?)))
            .collect();
        Some(Self {
            container,
            begun,
            rest,
        })
    }
}

fn part(text: &str) -> Option<(EpkRange, u64)> {
    let mut fields = text.split(',');
    let min = EffectivePartitionKey::from_hex(fields.next()?).ok()?;
    let max = EffectivePartitionKey::from_hex(fields.next()?).ok()?;
    let after = fields.next()?.parse().ok()?;
    match fields.next() {
        None => Some((EpkRange::new(min, max).ok()?, after)),
        Some(_) => None,
    }
}

impl fmt::Display for FeedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1~{}~{}", self.container, self.rest)?;
        for (range, after) in &self.begun {
            write!(f, "~{},{},{after}", range.min(), range.max())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(min: &str, max: &str) -> EpkRange {
        let point = |hex| EffectivePartitionKey::from_hex(hex).unwrap();
        EpkRange::new(point(min), point(max)).unwrap()
    }

    fn container() -> Rid {
        Rid::container(Rid::database(1), 2).unwrap()
    }

    #[test]
    fn print_and_parse_are_inverse() {
        let check = |left: &[Part], text: &str| {
            let token = FeedToken::of(container(), left).unwrap();
            assert_eq!(token.to_string(), text);
            assert_eq!(FeedToken::parse(text), Some(token.clone()));
            assert_eq!(token.parts(&EpkRange::FULL), left);
        };
        let rest = |min: &str| Part {
            range: range(min, "FF"),
            after: None,
        };
        let begun = |min: &str, max: &str, after| Part {
            range: range(min, max),
            after: Some(after),
        };
        let rid = container();
        check(&[rest("")], &format!("1~{rid}~"));
        check(
            &[begun("", "1F", 7), rest("1F")],
            &format!("1~{rid}~1F~,1F,7"),
        );
        check(
            &[begun("", "0F", 9), begun("0F", "1F", 7), rest("1F")],
            &format!("1~{rid}~1F~,0F,9~0F,1F,7"),
        );
        check(&[begun("1F", "FF", 1)], &format!("1~{rid}~FF~1F,FF,1"));
        assert_eq!(FeedToken::of(container(), &[]), None);
    }

    #[test]
    fn parts_are_cut_to_the_scope() {
        let token = FeedToken::parse(&format!("1~{}~1F~,1F,7", container())).unwrap();
        let cut = token.parts(&range("0F", "2F"));
        assert_eq!(
            cut,
            [
                Part {
                    range: range("0F", "1F"),
                    after: Some(7)
                },
                Part {
                    range: range("1F", "2F"),
                    after: None
                },
            ]
        );
    }

    #[test]
    fn refuses_other_texts() {
        let rid = container();
        for text in [
            "",
            "1",
            "1~",
            "2~AAAAAQ==~",
            "1~x~",
            &format!("1~{rid}"),
            &format!("1~{rid}~G0"),
            &format!("1~{rid}~1F~,1F"),
            &format!("1~{rid}~1F~,1F,x"),
            &format!("1~{rid}~1F~1F,,7"),
            &format!("1~{rid}~0F~,1F,7"),
            &format!("1~{rid}~FF~1F,2F,7~,0F,1"),
            &format!("1~{rid}~1F~,1F,7,8"),
        ] {
            assert_eq!(FeedToken::parse(text), None, "{text}");
        }
    }
}
