//! From an operation to an answer: prepare once, then attempt until `retry::decide` says that it is enough.
//! The only loop of the driver is in `run`; only this folder and the transport await.

mod attempt;
mod call;
mod carry;
mod core;
mod deadline;
mod execute;
mod fetch;
mod finish;
mod hedge;
mod lapse;
mod prepare;
mod read_back;
mod recreated;
mod route;
mod run;
mod stamp;
mod terms;

pub(crate) use self::call::Call;
pub(crate) use self::core::Core;
pub(crate) use self::deadline::of as deadline_of;
pub(crate) use self::recreated::with_another_key;
pub(crate) use self::terms::Terms;
