//! Which way a query takes, by what its text says and what the policy has an index for.

use cosmokit_query::{
    Program,
    index::{Predicate, TextCount},
    value::Value,
};

use super::{
    fused::FusedOrder,
    index_order::IndexOrder,
    nearest::NearestOrder,
    order::KeyOrder,
    text::{TextRanking, indexed_counts},
};
use crate::index::{rules::IndexRules, spec::IndexSpec};

/// How the rows of a query are had.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// Item by item.
    Stream,
    /// In the order of something that each item has.
    Order(KeyOrder),
    /// Ranked by several scores that indexes tell.
    Fused(FusedOrder),
    /// Numbers that an index of words knows.
    Counted(Vec<(TextCount, IndexSpec)>),
    /// All together.
    Whole,
}

impl Way {
    /// The way of a program with these arguments, and what indexes are asked for its filter.
    pub(super) fn of(
        rules: &IndexRules,
        program: &Program,
        arguments: &[Value<'static>],
    ) -> (Self, Predicate) {
        let predicate = program.predicate(arguments);
        if program.is_streaming() {
            return (Self::Stream, predicate);
        }
        if let Some(way) = Self::by_score(rules, program, arguments, &predicate) {
            return (way, predicate);
        }
        if program.is_ranked() {
            // Scores depend on the items that the filter leaves out, too.
            return (Self::Whole, Predicate::Any);
        }
        let keys = program.order_index_paths();
        let keys = keys.filter(|_| program.is_ordered_by_documents());
        let order = keys.and_then(|keys| IndexOrder::of(rules, &keys, &predicate));
        let way = order.map_or(Self::Whole, |order| {
            Self::Order(KeyOrder::Index(Box::new(order)))
        });
        (way, predicate)
    }

    /// By distances, scores of texts, and counts of words.
    fn by_score(
        rules: &IndexRules,
        program: &Program,
        arguments: &[Value<'static>],
        predicate: &Predicate,
    ) -> Option<Self> {
        if let Some(nearest) = program.nearest(arguments) {
            let spec = rules.vectors_of(&nearest.path)?;
            let order = NearestOrder::new(spec, nearest, predicate);
            return Some(Self::Order(KeyOrder::Nearest(order)));
        }
        if let Some(order) = program.text_order(arguments) {
            let ranking = TextRanking::new(rules, order)?;
            return Some(Self::Order(KeyOrder::Text(Box::new(ranking))));
        }
        if let Some(ranked) = program.ranked(arguments) {
            return FusedOrder::new(rules, ranked).map(Self::Fused);
        }
        let counts = program.text_counts(arguments)?;
        indexed_counts(rules, counts).map(Self::Counted)
    }
}
