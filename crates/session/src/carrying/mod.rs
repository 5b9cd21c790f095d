//! How the sessions of an app are carried: decided once, used for each request. Requests and answers
//! are text here, so that every web framework can take part.

mod answer;
mod arrival;
mod builder;
mod cache_control;
mod complaint;
mod cors;
mod settings;

pub use answer::{Answer, AnswerHead, HeaderChange, Placing};
pub(crate) use arrival::Arrived;
pub use arrival::HeaderLines;
pub use builder::{CarryingError, MIN_LIFETIME, MIN_VALUE_CHARS, SessionCarryingBuilder};
pub(crate) use complaint::Complaint;
pub use cors::CorsNeeds;
pub use settings::{Refusals, SessionCarrying, Unavailable};
