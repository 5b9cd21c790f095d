//! A user's document as it will be stored, before the system properties are known.

use cosmokit_protocol::resource::IdRule;

use super::{
    MAX_ITEM_BYTES,
    error::DocumentError,
    member::Member,
    scan::{Scan, scan},
    text::{Span, decode},
};

/// Properties that the service sets itself: ignored in what clients send.
const SYSTEM_PROPERTIES: [&[u8]; 6] = [
    b"_rid",
    b"_self",
    b"_etag",
    b"_attachments",
    b"_ts",
    b"_lsn",
];

/// What an item says about its own time to live.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ItemTtl {
    /// No `ttl`, or `null`: the container's default holds.
    #[default]
    Absent,
    /// `-1`: never expires.
    Never,
    /// Expires this many seconds after its last write.
    Seconds(u32),
    /// Something else than `-1` or 1…2147483647: refused where expiry is on.
    Invalid,
}

/// A checked document: the user's properties in their order, the last of each name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    /// JSON text, closed.
    pub(super) text: Vec<u8>,
    id: Box<str>,
    ttl: ItemTtl,
    leaves: usize,
}

impl Draft {
    /// Checks the text that a client sent.
    ///
    /// # Errors
    /// When it is too large, not one JSON object, or has no `id` that the service takes.
    pub(crate) fn read(body: &[u8]) -> Result<Self, DocumentError> {
        if body.len() > MAX_ITEM_BYTES {
            return Err(DocumentError::TooLarge(body.len()));
        }
        if let Err(error) = std::str::from_utf8(body) {
            return Err(DocumentError::NotUtf8(error.valid_up_to()));
        }
        let found = scan(body)?;
        let mut notes = Notes::default();
        let mut kept: Vec<Span> = Vec::with_capacity(4);
        let mut stripped = 0;
        for member in &found.members {
            let name = member.decoded_name(body);
            if SYSTEM_PROPERTIES.contains(&&*name) {
                stripped += 1;
                continue;
            }
            notes.see(&name, member.value.of(body));
            keep(&mut kept, member, body);
        }
        let id = notes.id.ok_or(DocumentError::IdMissing)??;
        IdRule::ITEM.check(&id)?;
        Ok(Self {
            text: assemble(body, &kept, &found),
            id,
            ttl: notes.ttl,
            leaves: found.leaves.saturating_sub(stripped),
        })
    }

    /// The user's document as JSON text.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The value of `id`.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The value of `ttl`.
    pub(crate) fn ttl(&self) -> ItemTtl {
        self.ttl
    }

    /// Scalar values at any depth.
    pub(crate) fn leaves(&self) -> usize {
        self.leaves
    }
}

/// What is picked up from members on the way.
#[derive(Default)]
struct Notes {
    id: Option<Result<Box<str>, DocumentError>>,
    ttl: ItemTtl,
}

impl Notes {
    fn see(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"id" => self.id = Some(read_id(value)),
            b"ttl" => self.ttl = read_ttl(value),
            _ => {}
        }
    }
}

fn read_id(value: &[u8]) -> Result<Box<str>, DocumentError> {
    if value.first() != Some(&b'"') {
        return Err(DocumentError::IdNotAString);
    }
    decode(value)
        .map(|id| id.into_owned().into_boxed_str())
        .ok_or(DocumentError::IdNotUnicode)
}

fn read_ttl(value: &[u8]) -> ItemTtl {
    if value == b"null" {
        return ItemTtl::Absent;
    }
    let number = std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse::<i64>().ok());
    match number {
        Some(-1) => ItemTtl::Never,
        Some(1..=2_147_483_647) => number
            .and_then(|seconds| u32::try_from(seconds).ok())
            .map_or(ItemTtl::Invalid, ItemTtl::Seconds),
        _ => ItemTtl::Invalid,
    }
}

/// Adds a member to the parts that stay; neighbours with only a plain comma between them become
/// one part.
fn keep(kept: &mut Vec<Span>, member: &Member, text: &[u8]) {
    let span = member.span();
    if let Some(last) = kept.last_mut() {
        let between = Span {
            start: last.end,
            end: span.start,
        }
        .of(text);
        if between
            .iter()
            .all(|byte| matches!(byte, b',' | b' ' | b'\n' | b'\r' | b'\t'))
        {
            last.end = span.end;
            return;
        }
    }
    kept.push(span);
}

/// Writes the parts that stay, without the cuts inside them, with room for system properties.
fn assemble(body: &[u8], kept: &[Span], found: &Scan) -> Vec<u8> {
    let length: usize = kept.iter().map(|part| part.end - part.start + 1).sum();
    let mut text = Vec::with_capacity(length + 1 + super::stamp::RESERVE_BYTES);
    let mut cuts = found.cuts.iter().peekable();
    for (index, part) in kept.iter().enumerate() {
        text.push(if index == 0 { b'{' } else { b',' });
        let mut at = part.start;
        while let Some(cut) = cuts.next_if(|cut| cut.start < part.end) {
            if cut.start >= at {
                text.extend_from_slice(
                    Span {
                        start: at,
                        end: cut.start,
                    }
                    .of(body),
                );
                at = cut.end;
            }
        }
        text.extend_from_slice(
            Span {
                start: at,
                end: part.end,
            }
            .of(body),
        );
    }
    if kept.is_empty() {
        text.push(b'{');
    }
    text.push(b'}');
    text
}
