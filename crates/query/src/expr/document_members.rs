//! The members of the document that a run looks at, found in one pass however often they are asked for.
//!
//! The document is read as far as the last member that somebody wanted, and no further.

use crate::value::{Members, Raw, RawText};

/// Members that are remembered; those behind are looked up anew each time.
const MAX_REMEMBERED: usize = 64;

/// The members of one document, as far as they were read.
#[derive(Debug)]
pub(crate) struct DocumentMembers<'a> {
    seen: Vec<(RawText<'a>, Raw<'a>)>,
    rest: Members<'a>,
}

impl<'a> DocumentMembers<'a> {
    /// Of a document from which nothing is read yet. The memory of another document's members is used again.
    pub(crate) fn of(document: Raw<'a>, memory: MemberMemory) -> Self {
        Self {
            seen: recycled(memory.0),
            rest: document.members(),
        }
    }

    /// Of no document.
    pub(crate) fn none() -> Self {
        Self::of(Raw::NOTHING, MemberMemory::default())
    }

    /// A member by name; of two with one name, the first.
    pub(crate) fn get(&mut self, name: &str) -> Option<Raw<'a>> {
        let known = self.seen.iter().find(|(key, _)| key.is(name));
        if let Some((_, value)) = known {
            return Some(*value);
        }
        while self.seen.len() < MAX_REMEMBERED {
            let (key, value) = self.rest.next()?;
            self.seen.push((key, value));
            if key.is(name) {
                return Some(value);
            }
        }
        let mut rest = self.rest.clone();
        rest.find(|(key, _)| key.is(name)).map(|(_, value)| value)
    }

    /// Gives the memory back for the next document.
    pub(crate) fn into_memory(self) -> MemberMemory {
        MemberMemory(recycled(self.seen))
    }
}

/// Memory for the members of a document, empty.
#[derive(Debug, Default)]
pub(crate) struct MemberMemory(Vec<(RawText<'static>, Raw<'static>)>);

/// An empty vector with the memory of another one, whose elements differ in their lifetimes only.
pub(crate) fn recycled<T, U>(mut used: Vec<T>) -> Vec<U> {
    used.clear();
    // Collecting from a vector's own elements into ones of the same layout keeps the allocation.
    used.into_iter().filter_map(|_| None).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(members: &mut DocumentMembers<'_>, name: &str) -> Option<String> {
        let found = members.get(name)?;
        Some(String::from_utf8(found.bytes().to_vec()).expect("text"))
    }

    #[test]
    fn members_are_found_in_any_order_and_the_first_of_a_name_counts() {
        let text = br#"{"a":1,"b":{"a":2},"\u0063":3,"a":4,"d":[5]}"#;
        let mut members = DocumentMembers::of(Raw::new(text), MemberMemory::default());
        for _ in 0..2 {
            assert_eq!(get(&mut members, "c").as_deref(), Some("3"));
            assert_eq!(get(&mut members, "a").as_deref(), Some("1"));
            assert_eq!(get(&mut members, "d").as_deref(), Some("[5]"));
            assert_eq!(get(&mut members, "b").as_deref(), Some(r#"{"a":2}"#));
            assert_eq!(get(&mut members, "e"), None);
        }
        assert_eq!(get(&mut DocumentMembers::none(), "a"), None);
    }

    #[test]
    fn many_members_are_found_though_not_all_are_remembered() {
        let count = 3 * MAX_REMEMBERED;
        let members: Vec<String> = (0..count).map(|n| format!("\"m{n}\":{n}")).collect();
        let text = format!("{{{},\"m7\":\"again\"}}", members.join(","));
        let mut members = DocumentMembers::of(Raw::new(text.as_bytes()), MemberMemory::default());
        for n in (0..count).rev().chain(0..count) {
            assert_eq!(get(&mut members, &format!("m{n}")), Some(n.to_string()));
        }
        assert!(members.seen.len() <= MAX_REMEMBERED);
        let memory = members.into_memory();
        assert!(memory.0.is_empty() && memory.0.capacity() >= MAX_REMEMBERED);
    }
}
