//! Queries over the items of a container: compiled, sent the way that looks at least, given in pages.
//!
//! [`items`] is the verb. It chooses a way ([`way`]), and the ways give rows: as they stand ([`stream`]), in the order of
//! a key ([`order`]; by an index in [`index_order`], from the nearest vectors in [`nearest`], by words in [`text`], by
//! several ranks in [`fused`]), or once everything was looked at ([`whole`], from [`columns`] where those suffice).
//! [`run`] holds what a run needs, [`access`] asks the indexes; [`page`], [`rows`], [`cut`] and [`best`] fill a page,
//! [`token`], [`resume`] and [`reach`] say where it begins; [`metrics`] tell what it took.

mod access;
mod best;
mod columns;
mod cut;
mod fused;
mod index_order;
pub(super) mod items;
mod metrics;
mod nearest;
mod order;
mod page;
pub(super) mod reach;
mod resume;
mod rows;
pub(super) mod run;
mod stream;
mod text;
mod token;
mod way;
mod whole;
