//! The one pass over an item's text: validates the JSON and notes where things are.
//!
//! Walks with an explicit stack of at most [`MAX_DEPTH`](super::MAX_DEPTH) levels, so no input
//! recurses. An object without repeated names costs no allocation of its own.

use super::{
    MAX_DEPTH,
    error::DocumentError,
    member::{Member, overridden},
    number::skip_number,
    text::{Span, skip_string},
};

/// What the pass found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// Members of the document itself, in their order, the last of each name only.
    pub(super) members: Vec<Member>,
    /// Parts inside nested objects that a later duplicate overrides, ascending, disjoint; each
    /// includes the comma behind it.
    pub(super) cuts: Vec<Span>,
    /// Strings, numbers, booleans and nulls at any depth: what an index would hold.
    pub(super) leaves: usize,
}

/// Validates `text` as one JSON object and notes its members.
///
/// # Errors
/// When it is not JSON, not an object, too deep, or holds a number beyond a double.
pub(super) fn scan(text: &[u8]) -> Result<Scan, DocumentError> {
    let mut scanner = Scanner {
        text,
        at: 0,
        levels: Vec::with_capacity(8),
        members: Vec::with_capacity(16),
        out: Scan::default(),
    };
    scanner.blanks();
    if scanner.peek() != Some(b'{') {
        return Err(scanner.not_an_object());
    }
    scanner.run()?;
    scanner.blanks();
    match scanner.peek() {
        None => Ok(scanner.finish()),
        Some(_) => Err(scanner.syntax("text behind the document")),
    }
}

/// An open array or object.
#[derive(Debug, Clone, Copy)]
struct Level {
    kind: Kind,
    /// Where this object's members begin in the scanner's list.
    first_member: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Array,
    Object,
}

/// What the next character must begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    FirstElement,
    FirstMember,
    Member,
    CommaOrEnd,
    Done,
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
    levels: Vec<Level>,
    /// Members of all open objects, outermost first.
    members: Vec<Member>,
    out: Scan,
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), DocumentError> {
        let mut next = Next::Value;
        while next != Next::Done {
            self.blanks();
            next = match next {
                Next::Value => self.value()?,
                Next::FirstElement if self.peek() == Some(b']') => self.close()?,
                Next::FirstElement => Next::Value,
                Next::FirstMember if self.peek() == Some(b'}') => self.close()?,
                Next::FirstMember | Next::Member => self.name()?,
                Next::CommaOrEnd => self.comma_or_end()?,
                Next::Done => Next::Done,
            };
        }
        Ok(())
    }

    fn value(&mut self) -> Result<Next, DocumentError> {
        let start = self.at;
        match self.peek() {
            Some(b'{') => return self.open(Kind::Object),
            Some(b'[') => return self.open(Kind::Array),
            Some(b'"') => self.at = skip_string(self.text, start + 1)?.after,
            Some(b'-' | b'0'..=b'9') => self.at = skip_number(self.text, start)?,
            Some(b't') => self.literal(b"true")?,
            Some(b'f') => self.literal(b"false")?,
            Some(b'n') => self.literal(b"null")?,
            _ => return Err(self.syntax("no value")),
        }
        self.out.leaves += 1;
        self.end_value();
        Ok(Next::CommaOrEnd)
    }

    fn open(&mut self, kind: Kind) -> Result<Next, DocumentError> {
        if self.levels.len() == MAX_DEPTH {
            return Err(DocumentError::TooDeep);
        }
        // The value's start is known to the member already; see `name`.
        self.levels.push(Level {
            kind,
            first_member: self.members.len(),
        });
        self.at += 1;
        Ok(match kind {
            Kind::Array => Next::FirstElement,
            Kind::Object => Next::FirstMember,
        })
    }

    fn name(&mut self) -> Result<Next, DocumentError> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.syntax("no property name"));
        }
        let end = skip_string(self.text, start + 1)?;
        self.at = end.after;
        self.blanks();
        if self.peek() != Some(b':') {
            return Err(self.syntax("no colon after a property name"));
        }
        self.at += 1;
        self.blanks();
        self.members.push(Member {
            name: Span {
                start,
                end: end.after,
            },
            escaped: end.escaped,
            value: Span {
                start: self.at,
                end: self.at,
            },
        });
        Ok(Next::Value)
    }

    fn comma_or_end(&mut self) -> Result<Next, DocumentError> {
        let Some(level) = self.levels.last() else {
            return Ok(Next::Done);
        };
        match (level.kind, self.peek()) {
            (Kind::Array, Some(b',')) => {
                self.at += 1;
                Ok(Next::Value)
            }
            (Kind::Object, Some(b',')) => {
                self.at += 1;
                Ok(Next::Member)
            }
            (Kind::Array, Some(b']')) | (Kind::Object, Some(b'}')) => self.close(),
            _ => Err(self.syntax("no comma or end of an array or object")),
        }
    }

    fn close(&mut self) -> Result<Next, DocumentError> {
        self.at += 1;
        let Some(level) = self.levels.pop() else {
            return Err(self.syntax("end without begin"));
        };
        if level.kind == Kind::Object {
            self.close_object(level.first_member);
        }
        if self.levels.is_empty() {
            return Ok(Next::Done);
        }
        self.end_value();
        Ok(Next::CommaOrEnd)
    }

    /// Decides which members of a finished object count, and forgets them unless it is the
    /// document itself.
    fn close_object(&mut self, first_member: usize) {
        let members = self.members.get(first_member..).unwrap_or_default();
        let gone = overridden(self.text, members);
        if self.levels.is_empty() {
            self.out.members = std::mem::take(&mut self.members);
            drop_indices(&mut self.out.members, &gone);
            return;
        }
        for index in gone {
            if let (Some(member), Some(next)) = (members.get(index), members.get(index + 1)) {
                self.out.cuts.push(Span {
                    start: member.name.start,
                    end: next.name.start,
                });
            }
        }
        self.members.truncate(first_member);
    }

    /// Notes the end of a value with the member it belongs to, if it belongs to one directly.
    fn end_value(&mut self) {
        if let Some(Level {
            kind: Kind::Object, ..
        }) = self.levels.last()
            && let Some(member) = self.members.last_mut()
        {
            member.value.end = self.at;
        }
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), DocumentError> {
        let end = self.at + word.len();
        if self.text.get(self.at..end) != Some(word) {
            return Err(self.syntax("unknown word"));
        }
        self.at = end;
        Ok(())
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn syntax(&self, expected: &'static str) -> DocumentError {
        DocumentError::Syntax {
            expected,
            at: self.at,
        }
    }

    /// Tells a well-formed value of another type from nonsense.
    fn not_an_object(&self) -> DocumentError {
        match self.peek() {
            Some(b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                DocumentError::NotAnObject
            }
            _ => self.syntax("no JSON object"),
        }
    }

    /// Orders the cuts and drops those inside others.
    fn finish(self) -> Scan {
        let mut out = self.out;
        out.cuts
            .sort_unstable_by_key(|cut| (cut.start, std::cmp::Reverse(cut.end)));
        let mut covered = 0;
        out.cuts.retain(|cut| {
            let keep = cut.start >= covered;
            if keep {
                covered = cut.end;
            }
            keep
        });
        out
    }
}

/// Removes the members at these ascending indices.
fn drop_indices(members: &mut Vec<Member>, gone: &[usize]) {
    let mut gone = gone.iter().copied().peekable();
    let mut index = 0;
    members.retain(|_| {
        let dropped = gone.next_if_eq(&index).is_some();
        index += 1;
        !dropped
    });
}
