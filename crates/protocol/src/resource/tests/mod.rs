//! Documents against the JSON of the service, and every rule on both sides of its bound.

mod defaults;
mod documents;
mod rules;
