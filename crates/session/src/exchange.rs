//! Between what a request carries and what the driver's session knows.

use cosmokit::session::{Session, SessionEntry};
use cosmokit_protocol::id::Rid;
use cosmokit_protocol::session::SessionTokenSegment;

use crate::carried::{AccountHash, Carried, ContainerKey, ContainerRid, Origin, Position, Seconds};

/// Seconds for which reads prefer the write region after a write of unknown outcome.
pub(crate) const UNCERTAIN_SECONDS: u64 = 30;

/// Tells a session what was carried to it.
pub(crate) fn import(session: &Session, carried: &Carried) {
    for (key, container) in carried.containers() {
        let Ok(rid) = Rid::from_bytes(&key.rid.0) else {
            continue;
        };
        let segments = container
            .ranges()
            .map(|(range, position)| SessionTokenSegment::new(range, position.token().clone()));
        let written = container
            .ranges()
            .filter(|(_, position)| position.origin() == Origin::Write)
            .map(|(range, _)| range);
        let entry = SessionEntry::new(
            account_text(key.account),
            rid.to_string(),
            segments.collect(),
        )
        .with_written(written.collect());
        session.import(&match container.uncertain_until() {
            Some(_) => entry.uncertain(),
            None => entry,
        });
    }
}

/// What a session knows, ready to be carried on.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) carried: Carried,
    /// Whether something that was carried to it was given up: no region could show it, or its container is gone.
    pub(crate) has_lapsed: bool,
}

/// What a session knows, on top of what was carried to it: a position that is the same as before keeps
/// the instant at which it was seen.
pub(crate) fn export(session: &Session, before: &Carried, now: Seconds) -> Known {
    let mut carried = before.clone();
    let mut has_lapsed = false;
    for entry in session.export() {
        let Some(key) = key_of(&entry) else { continue };
        has_lapsed |= entry.is_gone || !entry.lapsed.is_empty();
        if entry.is_gone {
            carried.forget(&key);
        }
        if !entry.lapsed.is_empty() {
            carried.retain(|of, range, _| of != key || !entry.lapsed.contains(&range));
        }
        let known = before.get(&key);
        let is_marked = known.is_some_and(|known| known.uncertain_until().is_some());
        // Beyond the limits of a carried session nothing can be promised; the budget counts what it drops.
        if entry.is_newly_uncertain || (entry.is_uncertain && !is_marked) {
            let _ = carried.mark_uncertain(key, now.plus(UNCERTAIN_SECONDS));
        }
        for segment in &entry.segments {
            let origin = if entry.written.contains(&segment.range) {
                Origin::Write
            } else {
                Origin::Read
            };
            let is_known = known
                .and_then(|known| known.get(segment.range))
                .is_some_and(|known| known.token() == &segment.token && known.origin() >= origin);
            if !is_known {
                let position = Position::new(segment.token.clone(), origin, now);
                let _ = carried.observe(key, segment.range, position);
            }
        }
    }
    Known {
        carried,
        has_lapsed,
    }
}

fn key_of(entry: &SessionEntry) -> Option<ContainerKey> {
    let account = u64::from_str_radix(&entry.account, 16).ok()?;
    let rid = Rid::from_base64(&entry.container_rid).ok()?;
    Some(ContainerKey {
        account: AccountHash(account.to_be_bytes()),
        rid: ContainerRid(rid.as_bytes().try_into().ok()?),
    })
}

/// An account as the driver's sessions name it.
fn account_text(account: AccountHash) -> String {
    format!("{:016x}", u64::from_be_bytes(account.0))
}

#[cfg(test)]
mod tests {
    use cosmokit_protocol::session::{CompositeToken, RangeId};

    use super::*;

    fn export(session: &Session, before: &Carried, now: Seconds) -> Carried {
        super::export(session, before, now).carried
    }

    const NOW: Seconds = Seconds(1_600);

    fn entry(token: &str) -> SessionEntry {
        let segments = CompositeToken::parse(token).unwrap().segments().to_vec();
        let account = SessionEntry::account_of("https://a.test/");
        SessionEntry::new(account, "AAAAAIAAAAE=", segments)
    }

    #[test]
    fn what_is_exported_is_imported_as_it_was() {
        let session = Session::new();
        session.import(&entry("0:1#5#4=5,7:42").with_written(vec![RangeId::from(7)]));
        let carried = export(&session, &Carried::new(), NOW);
        assert_eq!(carried.range_count(), 2);
        let there = Session::new();
        import(&there, &carried);
        assert_eq!(there.export(), session.export());
        assert_eq!(export(&there, &Carried::new(), NOW), carried);
    }

    #[test]
    fn what_is_the_same_keeps_its_instant() {
        let session = Session::new();
        session.import(&entry("0:1#5,1:1#5"));
        let before = export(&session, &Carried::new(), NOW);
        let later = Seconds(3_200);
        assert_eq!(export(&session, &before, later), before);
        session.import(&entry("1:1#6"));
        let after = export(&session, &before, later);
        let seen: Vec<Seconds> = after
            .containers()
            .flat_map(|(_, container)| container.ranges().map(|(_, known)| known.seen_at()))
            .collect();
        assert_eq!(seen, [NOW, later]);
    }

    #[test]
    fn a_write_of_unknown_outcome_becomes_a_mark() {
        let session = Session::new();
        session.import(&entry("0:1#5").uncertain());
        let carried = export(&session, &Carried::new(), NOW);
        let (_, container) = carried.containers().next().unwrap();
        assert_eq!(
            container.uncertain_until(),
            Some(NOW.plus(UNCERTAIN_SECONDS))
        );
        // Carrying it on does not make it last.
        let again = export(&session, &carried, NOW.plus(20));
        assert_eq!(again, carried);
    }
}
