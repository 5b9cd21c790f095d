//! The feed envelope, `{"_rid": …, "Documents": […], "_count": n}`: written from the bytes of the items, and
//! read into slices of the body. Neither side parses or copies an item.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::json::{Name, elements};

/// Array names of the service's feeds; an array under another name is taken when none of these is there.
const ARRAY_NAMES: &[&str] = &[
    "Documents",
    "DocumentCollections",
    "Databases",
    "PartitionKeyRanges",
    "Offers",
    "StoredProcedures",
    "Triggers",
    "UserDefinedFunctions",
    "Conflicts",
    "Users",
    "Permissions",
    "ClientEncryptionKeys",
];

/// A page of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedEnvelope {
    /// Resource id of the parent; empty for databases and offers.
    pub rid: String,
    /// The items, each the JSON text of one value inside the body.
    pub items: Vec<Bytes>,
    /// `_count` as the sender wrote it; it should equal the number of items.
    pub count: Option<u64>,
}

/// The body of a feed could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the feed page is not readable: {0}")]
pub struct FeedError(#[from] serde_json::Error);

impl FeedEnvelope {
    /// Takes a page apart; the items share the memory of `body`.
    ///
    /// # Errors
    /// [`FeedError`] when `body` is not a JSON object.
    pub fn parse(body: &Bytes) -> Result<Self, FeedError> {
        let envelope: Borrowed<'_> = serde_json::from_slice(body)?;
        let slice = |item: &&RawValue| body.slice_ref(item.get().as_bytes());
        Ok(Self {
            rid: envelope.rid,
            items: envelope.items.iter().map(slice).collect(),
            count: envelope.count,
        })
    }

    /// Reads every item as a `T`.
    ///
    /// # Errors
    /// [`FeedError`] for the first item that is not a `T`.
    pub fn models<T: DeserializeOwned>(&self) -> Result<Vec<T>, FeedError> {
        self.items
            .iter()
            .map(|item| Ok(serde_json::from_slice(item)?))
            .collect()
    }
}

#[derive(Default)]
struct Borrowed<'a> {
    rid: String,
    items: Vec<&'a RawValue>,
    count: Option<u64>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Borrowed<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Borrowed<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a feed envelope")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut envelope = Borrowed::default();
        let mut named = false;
        while let Some(Name(name)) = map.next_key::<Name<'de>>()? {
            match name.as_ref() {
                "_rid" => envelope.rid = map.next_value::<Option<String>>()?.unwrap_or_default(),
                "_count" => envelope.count = map.next_value()?,
                name if ARRAY_NAMES.contains(&name) => {
                    envelope.items = map.next_value()?;
                    named = true;
                }
                _ if named => drop(map.next_value::<IgnoredAny>()?),
                _ => {
                    let value: &RawValue = map.next_value()?;
                    if value.get().starts_with('[') {
                        envelope.items = elements(value.get()).map_err(serde::de::Error::custom)?;
                    }
                }
            }
        }
        Ok(envelope)
    }
}

/// Writes a page of a feed, one item after another.
///
/// ```
/// use cosmokit_protocol::op::FeedWriter;
///
/// let mut page = FeedWriter::new("AAAAAIAAAAE=", "Documents");
/// page.push(br#"{"id":"1"}"#);
/// page.push(b"2");
/// let body = page.finish();
/// assert_eq!(body, r#"{"_rid":"AAAAAIAAAAE=","Documents":[{"id":"1"},2],"_count":2}"#.as_bytes());
/// ```
#[derive(Debug)]
pub struct FeedWriter {
    body: BytesMut,
    count: u64,
}

/// Bytes around the items of a page beside the rid and the array name, `_count` included.
const FRAME_BYTES: usize = 64;

impl FeedWriter {
    /// A page without items, of the parent `rid`; `array_name` is the feed's, such as `Documents`.
    pub fn new(rid: &str, array_name: &str) -> Self {
        Self::with_capacity(rid, array_name, 0)
    }

    /// As [`new`](Self::new), with room for `items_bytes` bytes of items and their commas.
    pub fn with_capacity(rid: &str, array_name: &str, items_bytes: usize) -> Self {
        let frame = FRAME_BYTES
            .saturating_add(rid.len())
            .saturating_add(array_name.len());
        let mut body = BytesMut::with_capacity(frame.saturating_add(items_bytes));
        body.put_slice(b"{\"_rid\":");
        put_string(&mut body, rid);
        body.put_u8(b',');
        put_string(&mut body, array_name);
        body.put_slice(b":[");
        Self { body, count: 0 }
    }

    /// Adds one item: the text of one JSON value, which is not looked at.
    pub fn push(&mut self, item: &[u8]) {
        if self.count > 0 {
            self.body.put_u8(b',');
        }
        self.body.put_slice(item);
        self.count += 1;
    }

    /// How many items the page has.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The size of the page in bytes if it ended here, to within 32 bytes.
    pub fn body_bytes(&self) -> usize {
        self.body.len()
    }

    /// Ends the page.
    pub fn finish(mut self) -> Bytes {
        self.body.put_slice(b"],\"_count\":");
        self.body.put_slice(self.count.to_string().as_bytes());
        self.body.put_u8(b'}');
        self.body.freeze()
    }
}

/// A whole page in one allocation.
pub fn write_feed<B: AsRef<[u8]>>(rid: &str, array_name: &str, items: &[B]) -> Bytes {
    let items_bytes = items.iter().map(|item| item.as_ref().len() + 1).sum();
    let mut writer = FeedWriter::with_capacity(rid, array_name, items_bytes);
    for item in items {
        writer.push(item.as_ref());
    }
    writer.finish()
}

fn put_string(body: &mut BytesMut, text: &str) {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    if plain {
        body.put_u8(b'"');
        body.put_slice(text.as_bytes());
        body.put_u8(b'"');
    } else {
        let escaped = serde_json::to_string(text).expect("a string always serializes");
        body.put_slice(escaped.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &'static str) -> FeedEnvelope {
        FeedEnvelope::parse(&Bytes::from_static(text.as_bytes())).unwrap()
    }

    #[test]
    fn reads_items_as_slices_of_the_body() {
        let body = Bytes::from_static(
            br#"{"_rid":"r","Documents":[ {"a": 9007199254740993 } ,"x",null],"_count":3}"#,
        );
        let page = FeedEnvelope::parse(&body).unwrap();
        assert_eq!((page.rid.as_str(), page.count), ("r", Some(3)));
        assert_eq!(
            page.items,
            [&br#"{"a": 9007199254740993 }"#[..], b"\"x\"", b"null"]
        );
        let range = body.as_ptr_range();
        assert!(
            page.items.iter().all(|item| range.contains(&item.as_ptr())),
            "an item was copied"
        );
    }

    #[test]
    fn takes_any_array_and_prefers_the_known_names() {
        assert_eq!(parse(r#"{"Things":[1],"_count":1}"#).items, [&b"1"[..]]);
        assert_eq!(parse(r#"{"Things":[1],"Offers":[2,3]}"#).items.len(), 2);
        assert_eq!(parse(r#"{"Offers":[2,3],"Things":[1]}"#).items.len(), 2);
        assert_eq!(
            parse(r#"{"_rid":null,"x":{"y":[1]},"_count":null}"#),
            FeedEnvelope::default()
        );
        assert_eq!(parse("{}"), FeedEnvelope::default());
        for text in [
            "",
            "[]",
            "{\"Documents\":{}}",
            "{\"Documents\":[1,}",
            "{\"Documents\":[1]} x",
        ] {
            assert!(
                FeedEnvelope::parse(&Bytes::from_static(text.as_bytes())).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn allocates_a_page_once() {
        let items: Vec<Vec<u8>> = (0..1000)
            .map(|n| format!("{{\"id\":\"{n}\"}}").into_bytes())
            .collect();
        let items_bytes = items.iter().map(|item| item.len() + 1).sum();
        let mut writer = FeedWriter::with_capacity("AAAAAIAAAAE=", "Documents", items_bytes);
        let start = writer.body.as_ptr();
        for item in &items {
            writer.push(item);
        }
        assert_eq!(writer.count(), 1000);
        assert_eq!(writer.finish().as_ptr(), start);
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(rid in ".{0,20}", items in prop::collection::vec("[ a-z\"\\\\\u{1}é]{0,12}", 0..20)) {
            let items: Vec<Bytes> = items.iter().map(|text| serde_json::to_vec(text).unwrap().into()).collect();
            let body = write_feed(&rid, "Documents", &items);
            let page = FeedEnvelope::parse(&body).unwrap();
            prop_assert_eq!(page.rid, rid);
            prop_assert_eq!(page.count, Some(items.len() as u64));
            prop_assert_eq!(page.items, items);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = FeedEnvelope::parse(&Bytes::from(bytes));
        }
    }
}
