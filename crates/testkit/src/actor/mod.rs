//! Actors: whoever asks an account for something and writes down what came of it.

#[expect(clippy::module_inception, reason = "the folder is about this type")]
mod actor;
mod answer;
mod batch;
mod container;
mod document;
mod feed;
mod items;
mod list;

pub use self::actor::{Actor, Part};
pub use self::answer::Sight;
pub use self::container::ContainerKind;
pub(crate) use self::container::DATABASE;
pub use self::feed::Feed;
pub use self::items::Write;
