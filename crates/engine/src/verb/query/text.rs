//! Orders by a full-text score, and counts of words, from an index of words.
//!
//! What is looked at are the items that have one of the terms. The others all have the score zero or none: they are
//! looked at only when the page has room for them.

use std::sync::Arc;

use cosmokit_protocol::partition::EpkRange;
use cosmokit_query::{
    Execution, RunError,
    ast::Direction,
    index::{
        TextCount, TextOrder, TextScore,
        text::{SearchTerm, TextScorer, TextStatistics},
    },
    value::OrderKey,
};

use super::{
    best::{Best, Bounds, Held},
    page::QueryPage,
    run::{Run, wrong},
    token::Place,
};
use crate::verb::feed_walk::{ItemSource, Opened};
use crate::{
    index::{
        key::IndexKey, path_index::PathIndex, rules::IndexRules, seek::SeekWork, spec::IndexSpec,
    },
    partition::version::Version,
    response::Failure,
};

/// An order by a score that an index of words tells.
#[derive(Clone, Debug)]
pub(super) struct TextRanking {
    pub(super) spec: IndexSpec,
    pub(super) order: TextOrder,
}

/// What an index of words knows of a part for some terms.
#[derive(Debug)]
pub(super) struct TextPart {
    index: Arc<PathIndex>,
    /// Items with one of the terms, by ordinal, with how often each term stands in their text.
    matched: Vec<(u64, Vec<u32>)>,
    terms: usize,
    /// How many items have each term.
    hits: Vec<u64>,
    statistics: TextStatistics,
}

impl TextRanking {
    /// The order of a query, when the policy has an index for it.
    pub(super) fn new(rules: &IndexRules, order: TextOrder) -> Option<Self> {
        let spec = rules.words_of(&order.score.path)?;
        Some(Self { spec, order })
    }
}

impl TextPart {
    /// The scorer with the statistics of several parts.
    pub(super) fn scorer<'p>(parts: impl Iterator<Item = &'p Self> + Clone) -> TextScorer {
        let statistics = parts.clone().map(|part| part.statistics);
        let statistics = statistics.fold(TextStatistics::default(), TextStatistics::with);
        let mut hits: Vec<u64> = Vec::new();
        for part in parts {
            hits.resize(hits.len().max(part.hits.len()), 0);
            for (sum, hits) in hits.iter_mut().zip(&part.hits) {
                *sum += hits;
            }
        }
        statistics.scorer(hits)
    }

    /// The score of an item; `None` when it has no text.
    pub(super) fn score(&self, scorer: &TextScorer, ordinal: u64) -> Option<f64> {
        let length = self.index.texts()?.length(ordinal)?;
        let place = self
            .matched
            .binary_search_by_key(&ordinal, |(matched, _)| *matched);
        let counts = place.ok().and_then(|place| self.matched.get(place));
        Some(match counts {
            Some((_, counts)) => scorer.score(length, counts.iter().copied()),
            None => scorer.score(length, std::iter::repeat_n(0, self.terms)),
        })
    }
}

impl Run<'_, '_> {
    /// The items with the best scores that have rows, as many as are needed for the room of the page.
    ///
    /// # Errors
    /// When the run stops.
    pub(super) fn by_text(
        &mut self,
        opened: &[Opened],
        execution: &mut Execution<'_>,
        TextRanking { spec, order }: &TextRanking,
        (bounds, room): (&Bounds, usize),
    ) -> Result<Vec<Held>, RunError> {
        let parts = opened.iter();
        let parts: Vec<TextPart> = parts
            .map(|opened| self.text_part(opened, spec, &order.score))
            .collect();
        let scorer = match &order.given {
            Some(given) => given.clone(),
            None => TextPart::scorer(parts.iter()),
        };
        let visible = self.walk.visibility();
        let mut best = Best::new(bounds, order.direction, room);
        for (opened, part) in opened.iter().zip(&parts) {
            let mut own = Best::new(bounds, order.direction, room);
            let key = |ordinal| {
                let score = part.score(&scorer, ordinal);
                score.map_or_else(
                    || order.without_text(),
                    |score| OrderKey::Number(score.into()),
                )
            };
            let first = self.with_terms_first(opened, order, part, &scorer);
            let items = opened.state.items();
            for ordinal in &first {
                let version = items.by_ordinal(*ordinal);
                if let Some(version) = version.filter(|version| visible(version)) {
                    let key = IndexKey::of_value(&key(*ordinal));
                    own.offer(key, version, execution, &mut self.looked)?;
                }
            }
            if first.is_empty() || !own.is_enough() {
                let first: std::collections::BTreeSet<u64> = first.into_iter().collect();
                let rest = self.access.items(opened).filter(|version| visible(version));
                for version in rest.filter(|version| !first.contains(&version.ordinal)) {
                    let key = IndexKey::of_value(&key(version.ordinal));
                    own.offer(key, version, execution, &mut self.looked)?;
                }
            }
            best.absorb(own);
        }
        Ok(best.into_sorted())
    }

    /// The items whose score is above zero, best first; none when the filter finds fewer, or when they come last.
    fn with_terms_first(
        &self,
        opened: &Opened,
        order: &TextOrder,
        part: &TextPart,
        scorer: &TextScorer,
    ) -> Vec<u64> {
        let seek = self.access.seek(opened);
        let is_narrower =
            seek.is_some_and(|(_, estimate)| estimate.matching() < part.matched.len());
        if order.direction == Direction::Ascending || is_narrower {
            return Vec::new();
        }
        let found = part.matched.iter().filter_map(|(ordinal, _)| {
            let score = part.score(scorer, *ordinal)?;
            (score > 0.0).then_some((score, *ordinal))
        });
        let mut found: Vec<(f64, u64)> = found.collect();
        found.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(other.1.cmp(&one.1)));
        found.into_iter().map(|(_, ordinal)| ordinal).collect()
    }

    /// What an index of words knows of a part for the terms of a score.
    pub(super) fn text_part(
        &self,
        opened: &Opened,
        spec: &IndexSpec,
        score: &TextScore,
    ) -> TextPart {
        let index = self.index(opened, spec);
        let mut pairs: Vec<(u64, usize, u32)> = Vec::new();
        let mut hits = Vec::new();
        for (number, term) in score.terms.iter().enumerate() {
            let found = self.texts_with(opened, &index, term);
            hits.push(u64::try_from(found.len()).unwrap_or(u64::MAX));
            let found = found.into_iter();
            pairs.extend(found.map(|(ordinal, count)| (ordinal, number, count)));
        }
        pairs.sort_unstable();
        let terms = score.terms.len();
        let mut matched: Vec<(u64, Vec<u32>)> = Vec::new();
        for (ordinal, number, count) in pairs {
            if matched.last().is_none_or(|(last, _)| *last != ordinal) {
                matched.push((ordinal, vec![0; terms]));
            }
            let counts = matched.last_mut().map(|(_, counts)| counts);
            if let Some(place) = counts.and_then(|counts| counts.get_mut(number)) {
                *place = count;
            }
        }
        let statistics = self.text_statistics(opened, &index);
        TextPart {
            index,
            matched,
            terms,
            hits,
            statistics,
        }
    }

    /// Gives the only row of a query about words, from the numbers that indexes know.
    ///
    /// # Errors
    /// As for every query.
    pub(super) fn counted(
        &mut self,
        scope: Option<EpkRange>,
        counts: &[(TextCount, IndexSpec)],
        page: &mut QueryPage,
    ) -> Result<Option<Place>, Failure> {
        let opened = match &scope {
            Some(range) => self.walk.open(range)?,
            None => Vec::new(),
        };
        let mut execution = self.execution()?;
        execution.count(&self.text_counts(&opened, counts));
        let mut fits = true;
        let rows = &mut |row: &[u8]| fits &= page.offer(row);
        let finished = execution.finish(rows);
        finished.map_err(|error| wrong(&error.into()))?;
        // A page without any room gives the row on the next.
        Ok(scope.filter(|_| !fits).map(|of| Place::Row { rows: 0, of }))
    }

    /// The numbers of a query about words, over some parts.
    fn text_counts(&self, opened: &[Opened], counts: &[(TextCount, IndexSpec)]) -> Vec<u64> {
        let number = |(count, spec): &(TextCount, IndexSpec)| {
            let of_part = |opened: &Opened| {
                let index = self.index(opened, spec);
                match count {
                    TextCount::Documents => self.text_statistics(opened, &index).documents,
                    TextCount::Words(_) => self.text_statistics(opened, &index).words,
                    TextCount::Hits(_, term) => {
                        let found = self.texts_with(opened, &index, term).len();
                        u64::try_from(found).unwrap_or(u64::MAX)
                    }
                }
            };
            opened.iter().map(of_part).sum()
        };
        counts.iter().map(number).collect()
    }

    /// The items of a part with a term in their text, each with how often it stands there.
    fn texts_with(&self, opened: &Opened, index: &PathIndex, term: &SearchTerm) -> Vec<(u64, u32)> {
        let items = opened.state.items();
        let occurrences = |ordinal| {
            let version = items.by_ordinal(ordinal);
            version.map_or(0, |version| index.spec().occurrences(&version.body, term))
        };
        let mut work = SeekWork::default();
        let mut found = index.texts_with(term, &occurrences, &mut work);
        self.access.add(work);
        if !self.is_all(opened) {
            let is_member = self.members(opened);
            found.retain(|(ordinal, _)| items.by_ordinal(*ordinal).is_some_and(|v| is_member(v)));
        }
        found
    }

    /// How many items of a part there are, and how long their texts are together.
    fn text_statistics(&self, opened: &Opened, index: &PathIndex) -> TextStatistics {
        let items = opened.state.items();
        let Some(texts) = index.texts() else {
            return TextStatistics::default();
        };
        if self.is_all(opened) {
            return TextStatistics {
                documents: items.usage().items,
                words: texts.words(),
            };
        }
        let is_member = self.members(opened);
        let members = items.in_range(&opened.part.range).map(|slot| &slot.version);
        let members = members.filter(|version| is_member(version));
        members.fold(TextStatistics::default(), |sum, version| {
            sum.with(TextStatistics {
                documents: 1,
                words: texts.length(version.ordinal).unwrap_or_default().into(),
            })
        })
    }

    /// Whether the part is all of its partition, and nothing in it can have expired.
    fn is_all(&self, opened: &Opened) -> bool {
        let ttl = self.container.rules.ttl;
        opened.is_whole() && ttl == cosmokit_protocol::resource::TimeToLive::Forever
    }

    /// Whether clients see an item of a part.
    fn members(&self, opened: &Opened) -> impl Fn(&Version) -> bool {
        let visible = self.walk.visibility();
        move |version| opened.has(version) && visible(version)
    }

    pub(super) fn index(&self, opened: &Opened, spec: &IndexSpec) -> Arc<PathIndex> {
        let indexes = &opened.partition.replicas.indexes;
        indexes.index(self.access.region, spec, &opened.state)
    }
}

/// The indexes of words that know these numbers; `None` when the policy has one of them not. Documents are counted with
/// the first.
pub(super) fn indexed_counts(
    rules: &IndexRules,
    counts: Vec<TextCount>,
) -> Option<Vec<(TextCount, IndexSpec)>> {
    let spec = |count: &TextCount| match count {
        TextCount::Documents => None,
        TextCount::Words(path) | TextCount::Hits(path, _) => Some(rules.words_of(path)),
    };
    let any = counts.iter().find_map(spec)??;
    let counts = counts.into_iter().map(|count| {
        let spec = spec(&count).unwrap_or_else(|| Some(any.clone()))?;
        Some((count, spec))
    });
    counts.collect()
}
