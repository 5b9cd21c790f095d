//! A named resource: its document, checked and stamped as the service does.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::{
    id::{Etag, Rid},
    resource::{
        ClientEncryptionKey, Permission, Refusal, StoredProcedure, SystemProperties, Trigger, User,
        UserDefinedFunction,
    },
};
use serde::{Serialize, de::DeserializeOwned};

use super::{database::seconds, json};
use cosmokit_protocol::id::NamedResourceKind;

use crate::{clock::Timestamp, refuse, response::Failure};

/// A named resource as of one write.
#[derive(Debug)]
pub(crate) struct NamedResource {
    pub(crate) kind: NamedResourceKind,
    pub(crate) rid: Rid,
    pub(crate) name: Arc<str>,
    pub(crate) etag: Etag,
    /// The document as clients read it; that of a permission without its token.
    pub(crate) document: Bytes,
}

impl PartialEq for NamedResource {
    /// Whether both are the same value, not only alike.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// When and as what a resource is written.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub(crate) rid: Rid,
    pub(crate) etag: Etag,
    pub(crate) at: Timestamp,
}

/// A document that a client sent, checked.
pub(crate) struct ResourceDraft {
    kind: NamedResourceKind,
    pub(crate) name: Arc<str>,
    stamp: Box<dyn FnOnce(SystemProperties) -> Vec<u8>>,
}

impl ResourceDraft {
    /// Reads and checks the document of a resource.
    ///
    /// # Errors
    /// 400 for whatever the service refuses, 413 when it is too large.
    pub(crate) fn read(kind: NamedResourceKind, body: &[u8]) -> Result<Self, Failure> {
        match kind {
            NamedResourceKind::User => read::<User>(kind, body),
            NamedResourceKind::Permission => read::<Permission>(kind, body),
            NamedResourceKind::ClientEncryptionKey => read::<ClientEncryptionKey>(kind, body),
            NamedResourceKind::StoredProcedure => read::<StoredProcedure>(kind, body),
            NamedResourceKind::Trigger => read::<Trigger>(kind, body),
            NamedResourceKind::UserDefinedFunction => read::<UserDefinedFunction>(kind, body),
        }
    }

    /// The resource that the document describes.
    pub(crate) fn stamped(self, stamp: Stamp) -> NamedResource {
        let Stamp { rid, etag, at } = stamp;
        let system =
            SystemProperties::new(rid.to_string(), rid.self_link(), etag.clone(), seconds(at));
        NamedResource {
            kind: self.kind,
            rid,
            name: self.name,
            etag,
            document: (self.stamp)(system).into(),
        }
    }
}

impl NamedResource {
    /// A resource that was kept; `None` when the document has no id, or the resource id is of none.
    pub(crate) fn restored(rid: Rid, etag: Etag, document: Bytes) -> Option<Self> {
        #[derive(serde::Deserialize)]
        struct Named {
            id: String,
        }
        let Named { id } = serde_json::from_slice(&document).ok()?;
        Some(Self {
            kind: kind_of(rid)?,
            rid,
            name: id.into(),
            etag,
            document,
        })
    }
}

/// The kind that a resource id is of.
fn kind_of(rid: Rid) -> Option<NamedResourceKind> {
    const KINDS: [NamedResourceKind; 6] = [
        NamedResourceKind::User,
        NamedResourceKind::Permission,
        NamedResourceKind::ClientEncryptionKey,
        NamedResourceKind::StoredProcedure,
        NamedResourceKind::Trigger,
        NamedResourceKind::UserDefinedFunction,
    ];
    let mut kinds = KINDS.into_iter();
    kinds.find(|kind| kind.resource_type().rid_kind() == Some(rid.kind()))
}

/// The documents of named resources.
trait Document: Serialize + DeserializeOwned + 'static {
    fn check(&self) -> Result<(), Refusal>;
    fn id(&self) -> &str;
    fn system_properties(&mut self) -> &mut SystemProperties;

    /// Puts on what the service puts on besides system properties.
    fn complete(&mut self) {}
}

macro_rules! documents {
    ($($document:ident { $($complete:item)? })+) => {
        $(impl Document for $document {
            fn check(&self) -> Result<(), Refusal> {
                self.validate()
            }

            fn id(&self) -> &str {
                &self.id
            }

            fn system_properties(&mut self) -> &mut SystemProperties {
                &mut self.system_properties
            }

            $($complete)?
        })+
    };
}

documents! {
    User {
        fn complete(&mut self) {
            self.permissions_link = Some(Self::PERMISSIONS_LINK.to_owned());
        }
    }
    Permission {
        fn complete(&mut self) {
            self.token = None;
        }
    }
    ClientEncryptionKey {}
    StoredProcedure {}
    Trigger {}
    UserDefinedFunction {}
}

fn read<D: Document>(kind: NamedResourceKind, body: &[u8]) -> Result<ResourceDraft, Failure> {
    let mut document: D = json::read(body, &format!("{} document", kind.name()))?;
    document.check().map_err(refuse::bad_request)?;
    Ok(ResourceDraft {
        kind,
        name: document.id().into(),
        stamp: Box::new(move |system| {
            *document.system_properties() = system;
            document.complete();
            serde_json::to_vec(&document).expect("the document of a resource is plain JSON")
        }),
    })
}
