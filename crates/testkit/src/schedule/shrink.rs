//! Shortening a schedule while a run of it still fails.

use super::Schedule;

/// Leaves out troubles, in halves and then one by one, as long as `fails` says that the rest still fails.
///
/// The schedule that comes back fails, and does not without any one of its troubles. Costs a run per attempt: about the
/// number of troubles that remain, times the logarithm of all.
pub fn shrink(schedule: &Schedule, mut fails: impl FnMut(&Schedule) -> bool) -> Schedule {
    let mut troubles = schedule.troubles.clone();
    let mut size = troubles.len().div_ceil(2);
    while size > 0 {
        let mut at = 0;
        let mut left_out = false;
        while at < troubles.len() {
            let end = (at + size).min(troubles.len());
            let mut rest = troubles.clone();
            rest.drain(at..end);
            let shorter = Schedule { troubles: rest };
            if fails(&shorter) {
                troubles = shorter.troubles;
                left_out = true;
            } else {
                at = end;
            }
        }
        // A trouble may have been needed only by one that is gone now.
        size = if size == 1 && left_out { 1 } else { size / 2 };
    }
    Schedule { troubles }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::schedule::{Trouble, TroubleKind};

    fn numbered(numbers: impl IntoIterator<Item = u32>) -> Schedule {
        let trouble = |number| Trouble {
            at: Duration::ZERO,
            lasts: Duration::ZERO,
            kind: TroubleKind::Split(number),
        };
        Schedule {
            troubles: numbers.into_iter().map(trouble).collect(),
        }
    }

    fn numbers(schedule: &Schedule) -> Vec<u32> {
        let number = |trouble: &Trouble| match trouble.kind {
            TroubleKind::Split(number) => number,
            _ => panic!("only splits here"),
        };
        schedule.troubles.iter().map(number).collect()
    }

    #[test]
    fn what_is_needed_stays_and_nothing_else() {
        let check = |needed: &[u32]| {
            let mut runs = 0;
            let short = shrink(&numbered(0..40), |schedule| {
                runs += 1;
                let left = numbers(schedule);
                needed.iter().all(|number| left.contains(number))
            });
            assert_eq!(numbers(&short), needed);
            assert!(runs < 100, "{runs} runs");
        };
        check(&[]);
        check(&[0]);
        check(&[39]);
        check(&[3, 17, 18]);
    }
}
