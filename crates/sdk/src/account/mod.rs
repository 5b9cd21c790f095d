//! Which account a client talks to: endpoint, credential, both together, and where to find them in the environment.

mod credential;
mod endpoint;
mod environment;
mod key;
mod reference;

pub use self::credential::CosmosCredential;
pub use self::endpoint::AccountEndpoint;
pub(crate) use self::environment::account_from_env;
pub use self::key::AuthenticationKey;
pub use self::reference::AccountReference;
