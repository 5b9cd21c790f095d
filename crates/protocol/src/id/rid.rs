//! Resource ids: which bytes name which resource, and their text.
//!
//! | kind | bytes | layout |
//! |---|---|---|
//! | offer | 3 | opaque |
//! | database | 4 | u32, big-endian |
//! | user | 8 | database, then u32 big-endian with the top bit clear |
//! | container | 8 | database, then u32 big-endian with the top bit set |
//! | client encryption key | 9 | database, 4 opaque bytes, 1 type byte |
//! | permission | 16 | user, then u64 little-endian |
//! | child of a container | 16 | container, then u64 little-endian whose top nibble is the child's type |
//! | attachment | 20 | document, then 4 opaque bytes |
//!
//! The text is base64 with padding, `-` in place of `/`; letters keep their case.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use base64::Engine as _;
use base64::alphabet::Alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::{IdError, excerpt};
use super::rid_kind::{child_kind, child_nibble};
use super::{ResourceType, RidKind};

const MAX_BYTES: usize = 20;
const MAX_TEXT: usize = 28;

const ALPHABET: Alphabet =
    match Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-") {
        Ok(alphabet) => alphabet,
        Err(_) => panic!("the alphabet is 64 distinct printable characters"),
    };

const ENGINE: GeneralPurpose = GeneralPurpose::new(&ALPHABET, GeneralPurposeConfig::new());

/// The resource id (`_rid`) of a resource: its address inside the account, from the database down.
///
/// Ids order as their bytes do. A resource id of one kind never parses as another, but the bytes of a parent
/// are the first bytes of its children.
///
/// ```
/// use cosmokit_protocol::id::{Rid, RidKind};
///
/// let container = Rid::container(Rid::database(7), 1)?;
/// let document = Rid::document(container, 42)?;
/// assert_eq!(document.kind(), RidKind::Document);
/// assert_eq!(document.document_ordinal(), Some(42));
/// assert_eq!(document.parent(), Some(container));
/// assert_eq!(document.to_string().parse(), Ok(document));
/// # Ok::<(), cosmokit_protocol::id::IdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rid {
    /// Unused bytes are zero, so that the derived comparisons hold.
    bytes: [u8; MAX_BYTES],
    len: u8,
}

impl Rid {
    const CONTAINER_BIT: u32 = 1 << 31;
    /// Ordinals of a container's children are below this.
    const CHILD_ORDINALS: u64 = 1 << 60;

    /// The id of a database.
    pub fn database(ordinal: u32) -> Self {
        Self::join(&ordinal.to_be_bytes(), &[])
    }

    /// The id of an offer: three opaque bytes.
    pub fn offer(bytes: [u8; 3]) -> Self {
        Self::join(&bytes, &[])
    }

    /// The id of a container; ordinals are below 2^31.
    ///
    /// # Errors
    ///
    /// [`IdError::WrongRidKind`] unless `database` is one, [`IdError::OrdinalOutOfRange`] from 2^31 on.
    pub fn container(database: Self, ordinal: u32) -> Result<Self, IdError> {
        database.require(RidKind::Database)?;
        let ordinal = Self::below_container_bit(RidKind::Container, ordinal)?;
        Ok(Self::join(
            database.as_bytes(),
            &(ordinal | Self::CONTAINER_BIT).to_be_bytes(),
        ))
    }

    /// The id of a user; ordinals are below 2^31.
    ///
    /// # Errors
    ///
    /// [`IdError::WrongRidKind`] unless `database` is one, [`IdError::OrdinalOutOfRange`] from 2^31 on.
    pub fn user(database: Self, ordinal: u32) -> Result<Self, IdError> {
        database.require(RidKind::Database)?;
        let ordinal = Self::below_container_bit(RidKind::User, ordinal)?;
        Ok(Self::join(database.as_bytes(), &ordinal.to_be_bytes()))
    }

    fn below_container_bit(kind: RidKind, ordinal: u32) -> Result<u32, IdError> {
        if ordinal < Self::CONTAINER_BIT {
            Ok(ordinal)
        } else {
            Err(IdError::OrdinalOutOfRange {
                kind: kind.name(),
                ordinal: u64::from(ordinal),
            })
        }
    }

    /// The id of a permission.
    ///
    /// # Errors
    ///
    /// [`IdError::WrongRidKind`] unless `user` is one.
    pub fn permission(user: Self, ordinal: u64) -> Result<Self, IdError> {
        user.require(RidKind::User)?;
        Ok(Self::join(user.as_bytes(), &ordinal.to_le_bytes()))
    }

    /// The id of a client encryption key. The service's layout is not published; this one has its length.
    ///
    /// # Errors
    ///
    /// [`IdError::WrongRidKind`] unless `database` is one.
    pub fn client_encryption_key(database: Self, ordinal: u32) -> Result<Self, IdError> {
        database.require(RidKind::Database)?;
        let [a, b, c, d] = ordinal.to_be_bytes();
        Ok(Self::join(database.as_bytes(), &[a, b, c, d, 0]))
    }

    /// The id of a child of a container other than those below.
    fn child(container: Self, kind: RidKind, ordinal: u64) -> Result<Self, IdError> {
        container.require(RidKind::Container)?;
        if ordinal >= Self::CHILD_ORDINALS {
            return Err(IdError::OrdinalOutOfRange {
                kind: kind.name(),
                ordinal,
            });
        }
        let tail = ordinal | u64::from(child_nibble(kind)) << 60;
        Ok(Self::join(container.as_bytes(), &tail.to_le_bytes()))
    }

    /// Copies the parts, which together are at most 20 bytes.
    fn join(head: &[u8], tail: &[u8]) -> Self {
        let mut bytes = [0; MAX_BYTES];
        for (to, from) in bytes.iter_mut().zip(head.iter().chain(tail)) {
            *to = *from;
        }
        Self {
            bytes,
            len: u8::try_from(head.len() + tail.len()).unwrap_or_default(),
        }
    }

    /// An id from its bytes.
    ///
    /// # Errors
    ///
    /// [`IdError::InvalidRid`] when no kind has that many bytes, or an attachment hangs below no document.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IdError> {
        let invalid = |reason| IdError::InvalidRid {
            text: ENGINE.encode(bytes.get(..MAX_BYTES).unwrap_or(bytes)),
            reason,
        };
        if !matches!(bytes.len(), 3 | 4 | 8 | 9 | 16 | 20) {
            return Err(invalid(
                "it decodes to a number of bytes that no resource has",
            ));
        }
        let below_container = matches!(bytes, [_, _, _, _, fifth, ..] if fifth & 0x80 != 0);
        let child_type = bytes.get(15).map(|last| last >> 4);
        match (bytes.len(), below_container, child_type) {
            (16, true, Some(nibble)) if child_kind(nibble).is_none() => {
                Err(invalid("its child type is unknown"))
            }
            (20, true, Some(0)) | (3 | 4 | 8 | 9 | 16, ..) => Ok(Self::join(bytes, &[])),
            _ => Err(invalid(
                "it has the length of an attachment, but hangs below no item",
            )),
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// What the id names.
    pub fn kind(&self) -> RidKind {
        let below_container =
            matches!(self.as_bytes(), [_, _, _, _, fifth, ..] if fifth & 0x80 != 0);
        match (self.as_bytes(), below_container) {
            ([_, _, _], _) => RidKind::Offer,
            ([_, _, _, _], _) => RidKind::Database,
            ([.., last], true) if self.len == 16 => {
                child_kind(last >> 4).unwrap_or(RidKind::Document)
            }
            _ if self.len == 16 => RidKind::Permission,
            _ if self.len == 9 => RidKind::ClientEncryptionKey,
            (_, true) if self.len == 8 => RidKind::Container,
            _ if self.len == 8 => RidKind::User,
            _ => RidKind::Attachment,
        }
    }

    /// The id of the resource this one belongs to; databases and offers belong to none.
    pub fn parent(&self) -> Option<Self> {
        let len = match self.kind() {
            RidKind::Offer | RidKind::Database => return None,
            RidKind::User | RidKind::Container | RidKind::ClientEncryptionKey => 4,
            RidKind::Attachment => 16,
            _ => 8,
        };
        self.as_bytes().get(..len).map(|head| Self::join(head, &[]))
    }

    /// The database this resource lives in; `None` for an offer.
    pub fn database_rid(&self) -> Option<Self> {
        if self.kind() == RidKind::Offer {
            None
        } else {
            self.as_bytes().get(..4).map(|head| Self::join(head, &[]))
        }
    }

    /// The container this resource is or lives in.
    pub fn container_rid(&self) -> Option<Self> {
        let head = Self::join(self.as_bytes().get(..8)?, &[]);
        (self.len != 9 && head.kind() == RidKind::Container).then_some(head)
    }

    /// Whether `ancestor` is this resource or one that it lives in.
    pub fn is_within(&self, ancestor: &Self) -> bool {
        let mut current = Some(*self);
        while let Some(rid) = current {
            if rid == *ancestor {
                return true;
            }
            current = rid.parent();
        }
        false
    }

    /// The number of an item inside its container, which grows with creation; also of the item that an
    /// attachment belongs to. Query results that tie are ordered by it.
    pub fn document_ordinal(&self) -> Option<u64> {
        matches!(self.kind(), RidKind::Document | RidKind::Attachment).then(|| self.ordinal())?
    }

    /// The number of a child among its siblings, without type bits.
    pub fn ordinal(&self) -> Option<u64> {
        match self.as_bytes() {
            [a, b, c, d] => Some(u64::from(u32::from_be_bytes([*a, *b, *c, *d]))),
            [_, _, _, _, a, b, c, d] | [_, _, _, _, a, b, c, d, _] => Some(u64::from(
                u32::from_be_bytes([*a, *b, *c, *d]) & !Self::CONTAINER_BIT,
            )),
            [_, _, _, _, top, _, _, _, tail @ ..] => {
                let number = u64::from_le_bytes(*tail.first_chunk::<8>()?);
                Some(if top & 0x80 == 0 {
                    number
                } else {
                    number % Self::CHILD_ORDINALS
                })
            }
            _ => None,
        }
    }

    /// The path that addresses the resource by id, as it stands in `_self`: no slash in front, one at the end.
    pub fn self_link(&self) -> String {
        let mut link = String::with_capacity(96);
        self.write_path(&mut link);
        link.push('/');
        link
    }

    /// The path that addresses the resource by id in a request: a slash in front, none at the end.
    pub fn path(&self) -> String {
        let mut path = String::with_capacity(96);
        path.push('/');
        self.write_path(&mut path);
        path
    }

    fn write_path(&self, out: &mut String) {
        if let Some(parent) = self.parent() {
            parent.write_path(out);
            out.push('/');
        }
        let segment = ResourceType::from(self.kind()).segment();
        write!(out, "{segment}/{self}").unwrap_or_default(); // a String takes everything
    }

    /// The link that is signed when a request addresses the resource by id: the text in lower case.
    pub fn signing_link(&self) -> String {
        let mut text = self.to_string();
        text.make_ascii_lowercase();
        text
    }

    fn require(&self, kind: RidKind) -> Result<(), IdError> {
        if self.kind() == kind {
            Ok(())
        } else {
            Err(IdError::WrongRidKind {
                expected: kind.name(),
                actual: self.kind().name(),
            })
        }
    }
}

macro_rules! children_of_a_container {
    ($($constructor:ident, $kind:ident, $what:literal;)+) => {
        impl Rid {$(
            #[doc = concat!("The id of ", $what, "; ordinals are below 2^60.")]
            ///
            /// # Errors
            ///
            /// [`IdError::WrongRidKind`] unless `container` is one, [`IdError::OrdinalOutOfRange`] from 2^60 on.
            pub fn $constructor(container: Self, ordinal: u64) -> Result<Self, IdError> {
                Self::child(container, RidKind::$kind, ordinal)
            }
        )+}
    };
}

children_of_a_container! {
    document, Document, "an item";
    conflict, Conflict, "a conflict";
    partition_key_range, PartitionKeyRange, "a partition key range";
    udf, UserDefinedFunction, "a user-defined function";
    trigger, Trigger, "a trigger";
    stored_procedure, StoredProcedure, "a stored procedure";
}

impl Rid {
    /// Reads an id in which `/` may stand for itself, as some documents and continuations hold it.
    ///
    /// # Errors
    ///
    /// [`IdError::InvalidRid`], as [`FromStr`] does.
    pub fn from_base64(text: &str) -> Result<Self, IdError> {
        if text.contains('/') {
            text.replace('/', "-").parse()
        } else {
            text.parse()
        }
    }
}

impl FromStr for Rid {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let invalid = |reason| IdError::InvalidRid {
            text: excerpt(text),
            reason,
        };
        if text.len() > MAX_TEXT {
            return Err(invalid("it is longer than any resource id"));
        }
        let mut buffer = [0; MAX_TEXT];
        let len = ENGINE
            .decode_slice(text, &mut buffer)
            .map_err(|_| invalid("it is not padded base64"))?;
        Self::from_bytes(buffer.get(..len).unwrap_or_default()).map_err(|error| match error {
            IdError::InvalidRid { reason, .. } => invalid(reason),
            other => other,
        })
    }
}

impl fmt::Display for Rid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; MAX_TEXT];
        let len = ENGINE
            .encode_slice(self.as_bytes(), &mut buffer)
            .map_err(|_| fmt::Error)?;
        let text = buffer
            .get(..len)
            .and_then(|text| std::str::from_utf8(text).ok());
        f.pad(text.ok_or(fmt::Error)?)
    }
}

impl fmt::Debug for Rid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {self}", self.kind().name())
    }
}

impl TryFrom<&str> for Rid {
    type Error = IdError;

    fn try_from(text: &str) -> Result<Self, IdError> {
        text.parse()
    }
}

impl Serialize for Rid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}
