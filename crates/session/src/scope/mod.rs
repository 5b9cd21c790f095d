//! The session of the task that runs: set by the layer around a request, found by traced clients.
//!
//! It is a task-local. It is seen by everything that the task polls itself (`join!`, `select!`,
//! `buffer_unordered`), and by nothing that runs elsewhere: other tasks, threads of `spawn_blocking`,
//! bodies that are streamed after the handler has returned. The helpers in here take it there.

mod body;
mod join_set;
mod scoped;
mod spawn;
mod stream;

pub use body::SessionBody;
pub use join_set::JoinSetExt;
pub use scoped::{InSession, Scoped, current, sync_scope};
pub(crate) use scoped::{count_outside, outside_count};
pub use spawn::{spawn, spawn_blocking};
pub use stream::{InSessionStream, ScopedStream};
