//! Resource tokens: what a permission gives its user to show in the place of a signature.
//!
//! Shaped as the service's, `type=resource&ver=1&sig=…;…;…;`. The three parts are the signature of
//! the other two by the account's primary key, the resource id of the permission, and until when
//! the token holds, in seconds since 1970; each in base64. What the permission allows stands in
//! the permission.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cosmokit_protocol::{
    id::Rid,
    wire::signing::{MasterKey, Secret},
};

use super::resource::NamedResource;

const PREFIX: &str = "type=resource&ver=1&sig=";

/// A token, before it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResourceToken {
    /// The permission that gives it.
    pub(crate) permission: Rid,
    /// When it ends, in seconds since 1970.
    pub(crate) until: u64,
}

impl ResourceToken {
    /// A token of a permission.
    pub(crate) fn of(permission: &NamedResource, until: u64) -> Self {
        Self {
            permission: permission.rid,
            until,
        }
    }

    /// The text of the token. An account whose key is not base64 gives one that holds nowhere.
    pub(crate) fn signed(self, key: &Secret) -> String {
        let claims = self.claims();
        let signature = MasterKey::try_from(key).map(|key| key.derived(&claims));
        let signature = signature.as_ref().map_or("", Secret::secret);
        format!("{PREFIX}{signature};{claims};")
    }

    fn claims(self) -> String {
        let until = STANDARD.encode(self.until.to_be_bytes());
        format!("{};{until}", self.permission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_service_form_and_depends_on_all_of_it() {
        let key = Secret::from_static("c2VjcmV0");
        let user = Rid::user(Rid::database(1), 2).unwrap();
        let token = ResourceToken {
            permission: Rid::permission(user, 3).unwrap(),
            until: 5,
        };
        let text = token.signed(&key);
        let parts: Vec<_> = text.strip_prefix(PREFIX).unwrap().split(';').collect();
        assert_eq!(parts[1..], ["AAAAAQAAAAIDAAAAAAAAAA==", "AAAAAAAAAAU=", ""]);
        let other = ResourceToken { until: 6, ..token };
        assert_ne!(
            parts[0],
            other.signed(&key).split(['=', ';']).nth(3).unwrap()
        );
        assert_ne!(text, token.signed(&Secret::from_static("b3RoZXI=")));
    }
}
