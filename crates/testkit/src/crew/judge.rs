//! Which promises of a processor were broken. Pure: it looks at what was written down and at nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Entry, LeaseVersion, VoyageLog};

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// An acknowledged change was never handled.
    NeverHandled {
        /// The partition key.
        key: String,
        /// Its number.
        number: u64,
    },
    /// A change was handled before one that was made earlier under its partition key had ever been.
    OutOfOrder {
        /// The partition key.
        key: String,
        /// The number of the one that was too early.
        early: u64,
        /// The number of the one that was left behind.
        late: u64,
    },
    /// A checkpoint went back.
    CheckpointWentBack {
        /// The lease.
        lease: String,
        /// From where.
        from: u64,
        /// To where.
        to: u64,
    },
    /// A checkpoint was written by one who did not hold the lease at that moment.
    CheckpointByAnother {
        /// The lease.
        lease: String,
        /// Who held it.
        holder: Option<String>,
        /// Who is in the lease with the checkpoint.
        writer: Option<String>,
    },
    /// A lease for a part begins where the one before it never stood.
    HeirStandsElsewhere {
        /// The lease.
        lease: String,
        /// Where it begins.
        begins: u64,
        /// Where the one before it stood in the end.
        stood: u64,
    },
}

/// The promises that were broken, in no order.
pub fn judge(log: &VoyageLog) -> Vec<Breach> {
    let mut breaches = handled_at_least_once(&log.entries);
    breaches.extend(in_order(&log.entries));
    breaches.extend(leases(&log.leases));
    breaches
}

fn handled_at_least_once(entries: &[Entry]) -> Vec<Breach> {
    let handled: BTreeSet<(&str, u64)> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Handled { key, number, .. } => Some((key.as_str(), *number)),
            _ => None,
        })
        .collect();
    let wrote = entries.iter().filter_map(|entry| match entry {
        Entry::Wrote { key, number } => Some((key.as_str(), *number)),
        _ => None,
    });
    wrote
        .filter(|change| !handled.contains(change))
        .map(|(key, number)| Breach::NeverHandled {
            key: key.to_owned(),
            number,
        })
        .collect()
}

/// What has been handled under one partition key.
#[derive(Default)]
struct Progress {
    /// Acknowledged, and not handled yet.
    open: BTreeSet<u64>,
    done: BTreeSet<u64>,
}

/// A change may be handled before its acknowledgement has come back, so what counts is the whole of what was written.
fn in_order(entries: &[Entry]) -> Vec<Breach> {
    let mut keys: BTreeMap<&str, Progress> = BTreeMap::new();
    for entry in entries {
        if let Entry::Wrote { key, number } = entry {
            keys.entry(key).or_default().open.insert(*number);
        }
    }
    let mut breaches = Vec::new();
    for entry in entries {
        let Entry::Handled { key, number, .. } = entry else {
            continue;
        };
        let progress = keys.entry(key).or_default();
        progress.open.remove(number);
        let is_first = progress.done.insert(*number);
        if let Some(late) = progress
            .open
            .first()
            .filter(|late| is_first && *late < number)
        {
            breaches.push(Breach::OutOfOrder {
                key: key.clone(),
                early: *number,
                late: *late,
            });
        }
    }
    breaches
}

fn leases(versions: &[LeaseVersion]) -> Vec<Breach> {
    let mut lives: BTreeMap<&str, Vec<&LeaseVersion>> = BTreeMap::new();
    for version in versions {
        lives.entry(&version.token).or_default().push(version);
    }
    let steps = lives.values().flat_map(|life| life.windows(2));
    let mut breaches: Vec<Breach> = steps
        .filter_map(|pair| match pair {
            [before, now] => step(before, now),
            _ => None,
        })
        .collect();
    breaches.extend(lives.values().filter_map(|life| heir(life, &lives)));
    breaches
}

/// Whether a lease begins where one stood at some moment of which it is a part: the smallest such.
fn heir(life: &[&LeaseVersion], lives: &BTreeMap<&str, Vec<&LeaseVersion>>) -> Option<Breach> {
    let first = life.first()?;
    let within = |lease: &LeaseVersion| {
        let wholes = lives.values().filter_map(|life| life.first());
        wholes.filter(|whole| lease.is_part_of(whole)).count()
    };
    let wholes = lives.values().filter(|life| {
        let whole = life.first();
        whole.is_some_and(|whole| first.is_part_of(whole))
    });
    let parent = wholes.max_by_key(|life| life.first().map_or(0, |whole| within(whole)))?;
    let stood = parent
        .iter()
        .any(|whole| whole.checkpoint == first.checkpoint);
    (!stood).then(|| Breach::HeirStandsElsewhere {
        lease: first.token.clone(),
        begins: first.checkpoint,
        stood: parent.last().map_or(0, |whole| whole.checkpoint),
    })
}

/// From one version of a lease to the next, a checkpoint or the holder changes, not both; and the checkpoint only
/// forward.
fn step(before: &LeaseVersion, now: &LeaseVersion) -> Option<Breach> {
    if now.checkpoint < before.checkpoint {
        return Some(Breach::CheckpointWentBack {
            lease: now.token.clone(),
            from: before.checkpoint,
            to: now.checkpoint,
        });
    }
    let is_by_holder = before.holder.is_some() && now.holder == before.holder;
    (now.checkpoint != before.checkpoint && !is_by_holder).then(|| Breach::CheckpointByAnother {
        lease: now.token.clone(),
        holder: before.holder.clone(),
        writer: now.holder.clone(),
    })
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverHandled { key, number } => write!(f, "{key}/{number} was never handled"),
            Self::OutOfOrder { key, early, late } => {
                write!(f, "{key}/{early} was handled before {key}/{late}")
            }
            Self::CheckpointWentBack { lease, from, to } => {
                write!(f, "the checkpoint of {lease} went back from {from} to {to}")
            }
            Self::CheckpointByAnother {
                lease,
                holder,
                writer,
            } => write!(
                f,
                "{writer:?} wrote a checkpoint into {lease}, which {holder:?} held"
            ),
            Self::HeirStandsElsewhere {
                lease,
                begins,
                stood,
            } => write!(
                f,
                "{lease} begins at {begins}, and the lease before it stood at {stood}"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrote(number: u64) -> Entry {
        Entry::Wrote {
            key: "k".to_owned(),
            number,
        }
    }

    fn handled(number: u64) -> Entry {
        Entry::Handled {
            instance: "a".to_owned(),
            lease: "-FF".to_owned(),
            key: "k".to_owned(),
            number,
        }
    }

    fn check(entries: &[Entry], leases: &[LeaseVersion], expected: &[&str]) {
        let log = VoyageLog {
            entries: entries.to_vec(),
            leases: leases.to_vec(),
        };
        let found: Vec<String> = judge(&log).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{log:?}");
    }

    #[test]
    fn changes_are_handled_in_order_and_may_be_again() {
        check(&[wrote(1), wrote(2), handled(1), handled(2)], &[], &[]);
        // Again from a checkpoint; and before the writer has heard of it.
        let again = [
            wrote(1),
            handled(1),
            handled(2),
            wrote(2),
            handled(1),
            handled(2),
        ];
        check(&again, &[], &[]);
        // What was not acknowledged may have been written.
        check(&[handled(1), wrote(2), handled(2)], &[], &[]);
        check(
            &[wrote(1), wrote(2), handled(1)],
            &[],
            &["k/2 was never handled"],
        );
        let reversed = [wrote(1), wrote(2), handled(2), handled(1)];
        check(&reversed, &[], &["k/2 was handled before k/1"]);
    }

    fn version(bounds: (&str, &str), holder: &str, checkpoint: u64) -> LeaseVersion {
        LeaseVersion {
            token: format!("{}-{}", bounds.0, bounds.1),
            range: (bounds.0.to_owned(), bounds.1.to_owned()),
            holder: (!holder.is_empty()).then(|| holder.to_owned()),
            checkpoint,
        }
    }

    #[test]
    fn holders_write_checkpoints_and_only_forward() {
        let all = ("", "FF");
        let life = [
            version(all, "", 0),
            version(all, "a", 0),
            version(all, "a", 3),
            version(all, "b", 3),
            version(all, "b", 5),
            version(all, "", 5),
        ];
        check(&[], &life, &[]);
        let back = [version(all, "a", 3), version(all, "a", 2)];
        check(&[], &back, &["the checkpoint of -FF went back from 3 to 2"]);
        let stolen = [version(all, "b", 3), version(all, "a", 4)];
        let story = "Some(\"a\") wrote a checkpoint into -FF, which Some(\"b\") held";
        check(&[], &stolen, &[story]);
        let free = [version(all, "", 3), version(all, "", 4)];
        check(
            &[],
            &free,
            &["None wrote a checkpoint into -FF, which None held"],
        );
    }

    #[test]
    fn parts_begin_where_the_whole_stood() {
        let family = |low: u64| {
            [
                version(("", "FF"), "a", 7),
                version(("", "80"), "a", low),
                version(("80", "FF"), "a", 7),
                version(("", "40"), "a", 9),
                version(("40", "80"), "a", 9),
                version(("", "80"), "a", 9),
            ]
        };
        check(&[], &family(7), &[]);
        check(
            &[],
            &family(6),
            &["-80 begins at 6, and the lease before it stood at 7"],
        );
    }
}
