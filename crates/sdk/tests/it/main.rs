//! The client through its public face.

mod builder;
mod entra;
mod published_calls;
mod recorder;
