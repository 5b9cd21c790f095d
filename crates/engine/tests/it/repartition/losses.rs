//! What a forced failover leaves, and what went with the region that was lost.

use std::collections::BTreeMap;

use super::judge::{Change, Fate, Key, Made};

/// What became of history by a loss.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    /// Changes that are gone for certain.
    pub(crate) gone: u64,
    /// Items that stand as they did not before.
    pub(crate) changed: Vec<Key>,
}

/// Holds history against what is still there. The log of an item loses an end of it, so everything up to the change
/// that left what stands there was kept, and everything behind it is gone. Where nothing stands any of the deletes,
/// or the time before the item, may be the end.
pub(crate) fn account(history: &mut [Made], left: &BTreeMap<Key, u64>) -> Losses {
    let mut losses = Losses::default();
    let mut by_key: BTreeMap<Key, Vec<&mut Made>> = BTreeMap::new();
    let open = history.iter_mut().filter(|made| made.fate != Fate::Gone);
    for made in open {
        by_key.entry(made.change.key).or_default().push(made);
    }
    for (key, made) in by_key {
        let stands = left.get(&key).copied();
        let ends = |change: &Change| change.after == stands;
        if made.last().is_none_or(|last| ends(&last.change)) && stands.is_some() {
            continue;
        }
        let last_end = made.iter().rposition(|made| ends(&made.change));
        let first_end = match stands {
            Some(_) => last_end,
            // What was kept at an earlier loss is no end of this one.
            None => None,
        };
        assert!(
            stands.is_none() || last_end.is_some(),
            "{key:?} is {stands:?}, which nobody wrote"
        );
        let was = made.last().and_then(|made| made.change.after);
        if was != stands {
            losses.changed.push(key);
        }
        for (at, made) in made.into_iter().enumerate() {
            let kept = first_end.is_some_and(|end| at <= end);
            let gone = last_end.is_none_or(|end| at > end);
            if gone {
                made.fate = Fate::Gone;
                losses.gone += 1;
            } else if !kept && made.fate == Fate::Fresh {
                made.fate = Fate::Open;
            }
        }
    }
    for made in history.iter_mut().filter(|made| made.fate == Fate::Fresh) {
        made.fate = Fate::Kept;
    }
    losses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(changes: &[Option<u64>], left: Option<u64>) -> Vec<Fate> {
        let mut before = None;
        let mut history: Vec<Made> = changes
            .iter()
            .map(|after| {
                let change = Change {
                    key: (0, 0),
                    before,
                    after: *after,
                };
                before = *after;
                Made {
                    change,
                    fate: Fate::Fresh,
                }
            })
            .collect();
        let left = left.map(|number| ((0, 0), number)).into_iter().collect();
        account(&mut history, &left);
        history.iter().map(|made| made.fate).collect()
    }

    #[test]
    fn an_end_of_the_log_is_lost_and_no_more() {
        use Fate::{Gone, Kept, Open};
        assert_eq!(fates(&[Some(1), Some(2)], Some(2)), [Kept, Kept]);
        assert_eq!(
            fates(&[Some(1), Some(2), Some(3)], Some(1)),
            [Kept, Gone, Gone]
        );
        assert_eq!(
            fates(&[Some(1), None, Some(3)], Some(1)),
            [Kept, Gone, Gone]
        );
        assert_eq!(fates(&[Some(1), Some(2)], None), [Gone, Gone]);
        assert_eq!(fates(&[Some(1), None, Some(3)], None), [Open, Open, Gone]);
    }
}
