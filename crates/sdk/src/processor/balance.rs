//! Which leases an instance takes: the equal share that the published processors use. No I/O, no clock.
//!
//! Every instance that holds a lease counts, and the one that asks. A share is the leases over the instances, rounded
//! up. Free leases come first; when there are none, one lease at a time is taken from whoever has the most. Instances
//! need not talk: each does this for itself, and the lease documents tell them apart.

use std::collections::BTreeMap;

use super::lease::Holder;

/// What an instance sees of the leases: who holds each, or nobody when it is free or has expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct View<'a> {
    pub(super) me: &'a Holder,
    pub(super) holders: Vec<Option<Holder>>,
    /// The most leases that the instance may hold; 0 stands for no limit.
    pub(super) most: usize,
    /// A number that was drawn, so that instances which look at the same time do not all begin with the same lease.
    pub(super) lot: usize,
}

impl View<'_> {
    /// The leases to take, by their place.
    pub(super) fn leases_to_take(&self) -> Vec<usize> {
        let mut shares: BTreeMap<&Holder, usize> = BTreeMap::from([(self.me, 0)]);
        for holder in self.holders.iter().flatten() {
            *shares.entry(holder).or_default() += 1;
        }
        let share = self.share(shares.len());
        let mine = shares.get(self.me).copied().unwrap_or_default();
        let wanted = share.saturating_sub(mine);
        if wanted == 0 {
            return Vec::new();
        }
        let free = self.held_by(None);
        if !free.is_empty() {
            return self.beginning_at_lot(&free).take(wanted).collect();
        }
        self.to_steal(&shares, share, wanted).into_iter().collect()
    }

    fn share(&self, instances: usize) -> usize {
        let share = self.holders.len().div_ceil(instances.max(1));
        if self.most == 0 {
            share
        } else {
            share.min(self.most)
        }
    }

    /// One lease of whoever has the most. Who lacks more than one takes also from those that have just their share,
    /// so that nobody is left without.
    fn to_steal(
        &self,
        shares: &BTreeMap<&Holder, usize>,
        share: usize,
        wanted: usize,
    ) -> Option<usize> {
        let richest = shares
            .iter()
            .filter(|(holder, _)| **holder != self.me)
            .max_by_key(|(_, count)| **count)?;
        if *richest.1 <= share - usize::from(wanted > 1) {
            return None;
        }
        let theirs = self.held_by(Some(richest.0));
        self.beginning_at_lot(&theirs).next()
    }

    fn held_by(&self, holder: Option<&Holder>) -> Vec<usize> {
        let places = self.holders.iter().enumerate();
        places
            .filter(|(_, held)| held.as_ref() == holder)
            .map(|(place, _)| place)
            .collect()
    }

    /// All of them, beginning where the lot says.
    fn beginning_at_lot<'p>(&self, places: &'p [usize]) -> impl Iterator<Item = usize> + use<'p> {
        let first = self.lot.checked_rem(places.len()).unwrap_or_default();
        places
            .iter()
            .cycle()
            .skip(first)
            .take(places.len())
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(name: char) -> Holder {
        Holder {
            name: name.to_string(),
            run: None,
        }
    }

    /// Leases by the letter of their holder, `.` for a free one; the asker is `m`.
    fn take(leases: &str, most: usize) -> Vec<usize> {
        let me = holder('m');
        let view = View {
            me: &me,
            holders: leases
                .chars()
                .map(|letter| (letter != '.').then(|| holder(letter)))
                .collect(),
            most,
            lot: 0,
        };
        view.leases_to_take()
    }

    #[test]
    fn a_share_is_taken_from_the_free_and_then_from_the_rich() {
        let check =
            |leases: &str, expected: &[usize]| assert_eq!(take(leases, 0), expected, "{leases}");
        check("", &[]);
        check("....", &[0, 1, 2, 3]);
        check("m...", &[1, 2, 3]);
        check("mmmm", &[]);
        // With one other there, a share is two.
        check("a...", &[1, 2]);
        check("aa..", &[2, 3]);
        check("aam.", &[3]);
        check("aamm", &[]);
        // Nothing is free: one at a time.
        check("aaaa", &[0]);
        check("maaa", &[1]);
        check("aaam", &[0]);
        check("aamb", &[]);
        check("aab", &[0]);
        // As many instances as leases, or more.
        check("a", &[]);
        check("ab", &[]);
        check("aa", &[0]);
    }

    #[test]
    fn a_limit_is_kept() {
        assert_eq!(take("....", 1), [0]);
        assert_eq!(take("m...", 1), [0; 0]);
        assert_eq!(take("m...", 3), [1, 2]);
    }

    #[test]
    fn lots_begin_elsewhere_and_take_as_many() {
        let me = holder('m');
        for lot in 0..7 {
            let view = View {
                me: &me,
                holders: vec![None, Some(holder('a')), None, None],
                most: 0,
                lot,
            };
            let taken = view.leases_to_take();
            assert_eq!(taken.len(), 2, "{lot}");
            assert!(!taken.contains(&1), "{lot}");
        }
    }

    /// Any number of instances that take turns come to rest, and then nobody has two more than another.
    #[test]
    fn instances_come_to_rest_with_equal_shares() {
        for leases in 0..14 {
            for instances in 1..6_u8 {
                let names: Vec<Holder> = (0..instances)
                    .map(|n| holder(char::from(b'a' + n)))
                    .collect();
                let mut held: Vec<Option<Holder>> = vec![None; leases];
                let mut still = 0;
                for round in 0..200 {
                    let me = &names[round % names.len()];
                    let view = View {
                        me,
                        holders: held.clone(),
                        most: 0,
                        lot: round * 7,
                    };
                    let taken = view.leases_to_take();
                    still = if taken.is_empty() { still + 1 } else { 0 };
                    for place in taken {
                        held[place] = Some(me.clone());
                    }
                }
                assert!(still >= names.len(), "{leases} over {instances} never rest");
                let count =
                    |name: &Holder| held.iter().flatten().filter(|held| *held == name).count();
                let (least, most) = (
                    names.iter().map(count).min().unwrap(),
                    names.iter().map(count).max().unwrap(),
                );
                assert!(held.iter().all(Option::is_some));
                assert!(
                    most - least <= 1,
                    "{leases} over {instances}: {least}..{most}"
                );
            }
        }
    }
}
