//! The different texts of a column, numbered in the order in which they were met.
//!
//! A copy shares what there is. What is added to a copy goes into a small part of its own, which is
//! folded into the large one when it has grown: adding one text to a copy of many does not copy
//! many.

use std::{collections::HashMap, sync::Arc};

use cosmokit_query::columns::Texts;

/// Longest text that a column holds, in bytes.
const MAX_TEXT_BYTES: usize = 1_024;
/// Texts that are added to a copy before they are folded, besides an eighth of all.
const FEW: usize = 256;

/// Texts by number and numbers by text.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnTexts {
    first: Arc<Numbered>,
    /// Those that came later; their numbers follow.
    later: Arc<Numbered>,
    bytes: usize,
}

#[derive(Clone, Debug, Default)]
struct Numbered {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Numbered {
    fn add(&mut self, text: Arc<str>, number: u32) {
        self.numbers.insert(Arc::clone(&text), number);
        self.texts.push(text);
    }
}

impl ColumnTexts {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.first.texts.len() + self.later.texts.len()
    }

    /// Sum of their lengths in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number of a text, which is added when it is new; `None` when it is too long.
    pub(crate) fn number_of(&mut self, text: &str) -> Option<u32> {
        if text.len() > MAX_TEXT_BYTES {
            return None;
        }
        let later = || self.later.numbers.get(text);
        if let Some(number) = self.first.numbers.get(text).or_else(later) {
            return Some(*number);
        }
        let number = u32::try_from(self.count()).ok()?;
        self.bytes += text.len();
        match Arc::get_mut(&mut self.first) {
            Some(first) if self.later.texts.is_empty() => first.add(text.into(), number),
            _ => Arc::make_mut(&mut self.later).add(text.into(), number),
        }
        if self.later.texts.len() > FEW + self.first.texts.len() / 8 {
            self.fold();
        }
        Some(number)
    }

    fn fold(&mut self) {
        let later = std::mem::take(&mut self.later);
        let first = Arc::make_mut(&mut self.first);
        for text in &later.texts {
            let number = u32::try_from(first.texts.len()).unwrap_or(u32::MAX);
            first.add(Arc::clone(text), number);
        }
    }
}

impl Texts for ColumnTexts {
    #[inline]
    fn text(&self, number: u32) -> Option<&str> {
        let number = usize::try_from(number).ok()?;
        let first = &self.first.texts;
        let found = first.get(number).or_else(|| {
            let number = number.checked_sub(first.len())?;
            self.later.texts.get(number)
        });
        found.map(|text| &**text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_go_their_own_ways_and_every_number_stays() {
        let mut texts = ColumnTexts::default();
        for n in 0..1_000 {
            assert_eq!(texts.number_of(&n.to_string()), Some(n));
        }
        let (mut one, mut other) = (texts.clone(), texts.clone());
        for n in 1_000..3_000 {
            assert_eq!(one.number_of(&n.to_string()), Some(n));
            assert_eq!(other.number_of(&format!("x{n}")), Some(n));
        }
        for n in 0..3_000 {
            assert_eq!(one.text(n), Some(&*n.to_string()));
            assert_eq!(one.number_of(&n.to_string()), Some(n));
        }
        assert_eq!(other.text(2_000).unwrap(), "x2000");
        assert_eq!((texts.count(), texts.text(1_000)), (1_000, None));
        assert_eq!(
            (one.count(), one.bytes()),
            (3_000, 10 + 180 + 2_700 + 8_000)
        );
        assert_eq!(texts.number_of(&"x".repeat(1_025)), None);
    }
}
