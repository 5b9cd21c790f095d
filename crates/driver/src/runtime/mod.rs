//! What drivers share: the runtime and its builder, and the one loop that keeps all accounts fresh.

mod builder;
mod refresh;
#[cfg(test)]
mod refresh_tests;
mod registry;
#[expect(clippy::module_inception, reason = "the runtime itself")]
mod runtime;

pub use self::builder::CosmosDriverRuntimeBuilder;
pub(crate) use self::registry::Registration;
pub use self::runtime::CosmosDriverRuntime;
pub(crate) use self::runtime::Shared;
