//! The change feed processor: instances that share the changes of a container by leases, and the estimate of what they
//! have left to do.
//!
//! One document in a lease container says, for each partition, who reads it and how far it has been handled. Instances
//! with one processor name find each other there, take an equal share each, and take over what others leave behind.
//! Begun by [`ContainerClient::change_feed_processor`](crate::ContainerClient::change_feed_processor); what it promises
//! and costs is in `docs/guides/change-feed-processor.md`.
//!
//! | File | What it decides |
//! |---|---|
//! | `lease`, `store` | what a lease document is; reading and writing it under its etag |
//! | `initialize`, `cover` | which leases there must be |
//! | `balance`, `sightings`, `coordinator` | which leases this instance takes, and when another's has expired |
//! | `worker`, `reader`, `keeper` | one lease at work: reading and handling, while it is kept |
//! | `estimator`, `remaining` | how much is left to do |

mod backoff;
mod balance;
mod builder;
mod change_feed_processor;
mod context;
mod coordinator;
mod cover;
mod estimator;
mod event;
mod handler;
mod initialize;
mod keeper;
mod lease;
mod reader;
mod remaining;
mod settings;
mod shared;
mod sightings;
mod state;
mod stop;
mod store;
mod time;
mod worker;

pub use self::builder::ChangeFeedProcessorBuilder;
pub use self::change_feed_processor::ChangeFeedProcessor;
pub use self::context::ChangeFeedProcessorContext;
pub use self::estimator::{ChangeFeedEstimator, RemainingWork};
pub use self::event::{HandlerError, LeaseLoss, ProcessorEvent};
pub use self::handler::ChangeFeedHandler;
pub use self::state::{ChangeFeedProcessorState, OwnedLease, ProcessorHealth};
