//! LIKE: the pattern is cut at each `%` into pieces, which are found one behind the other, leftmost first.
//!
//! Every wildcard but `%` stands for exactly one character, so the leftmost place of a piece is as good as any other and
//! nothing is tried twice. A piece without wildcards is found in linear time; [`LikePattern::work`] tells of the others.

/// A prepared pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LikePattern {
    /// What stands between the `%`, none of them empty.
    pieces: Box<[Piece]>,
    /// Whether a `%` stands before the first piece.
    starts_anywhere: bool,
    /// Whether a `%` stands behind the last piece.
    ends_anywhere: bool,
}

/// A part of a pattern without `%`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(Box<str>),
    /// With at least one wildcard.
    Tokens(Box<[Token]>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// `_`
    AnyOne,
    /// One character.
    One(char),
    /// `[…]`, `[^…]`
    Class {
        ranges: Box<[(char, char)]>,
        inverted: bool,
    },
}

impl LikePattern {
    /// Reads a pattern; the escape character makes the next character literal.
    pub(crate) fn new(pattern: &str, escape: Option<char>) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut tokens: Vec<Token> = Vec::new();
        let (mut starts_anywhere, mut ends_anywhere) = (false, false);
        let mut rest = pattern.chars();
        while let Some(character) = rest.next() {
            let token = match character {
                escaped if Some(escaped) == escape => Token::One(rest.next().unwrap_or(escaped)),
                '%' => {
                    pieces.extend(Piece::of(std::mem::take(&mut tokens)));
                    starts_anywhere |= pieces.is_empty();
                    ends_anywhere = true;
                    continue;
                }
                '_' => Token::AnyOne,
                '[' => match class(rest.as_str()) {
                    Some((token, length)) => {
                        rest = rest.as_str().get(length..).unwrap_or_default().chars();
                        token
                    }
                    None => Token::One('['),
                },
                other => Token::One(other),
            };
            ends_anywhere = false;
            tokens.push(token);
        }
        pieces.extend(Piece::of(tokens));
        Self {
            pieces: pieces.into(),
            starts_anywhere,
            ends_anywhere,
        }
    }

    /// The text that the pattern stands for, when it has no wildcard.
    pub(crate) fn literal(&self) -> Option<String> {
        if self.starts_anywhere || self.ends_anywhere {
            return None;
        }
        match &*self.pieces {
            [] => Some(String::new()),
            [Piece::Literal(text)] => Some((**text).into()),
            _ => None,
        }
    }

    /// The literal text before the first wildcard.
    pub(crate) fn prefix(&self) -> String {
        match self.pieces.first() {
            Some(piece) if !self.starts_anywhere => piece.prefix(),
            _ => String::new(),
        }
    }

    /// Whether the pattern asks for nothing but how a text starts.
    pub(crate) fn is_prefix(&self) -> bool {
        match &*self.pieces {
            [] => self.ends_anywhere,
            [Piece::Literal(_)] => self.ends_anywhere && !self.starts_anywhere,
            _ => false,
        }
    }

    /// How often, at most, a character of a text is looked at.
    pub(crate) fn work(&self) -> usize {
        let work = |piece: &Piece| match piece {
            Piece::Literal(_) => 1,
            Piece::Tokens(tokens) => tokens.len(),
        };
        self.pieces.iter().map(work).max().unwrap_or(1)
    }

    /// Whether the pattern covers the whole text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.covers(text).is_some()
    }

    /// Takes the pieces off the text; `None` when one is not there.
    fn covers(&self, text: &str) -> Option<()> {
        let mut pieces = &*self.pieces;
        let mut rest = text;
        if !self.starts_anywhere
            && let Some((first, others)) = pieces.split_first()
        {
            rest = first.behind_start(rest)?;
            pieces = others;
        }
        if !self.ends_anywhere {
            match pieces.split_last() {
                Some((last, others)) => {
                    rest = last.before_end(rest)?;
                    pieces = others;
                }
                None => return rest.is_empty().then_some(()),
            }
        }
        for piece in pieces {
            rest = piece.behind_first(rest)?;
        }
        Some(())
    }
}

impl Piece {
    /// The piece of these tokens, when there are any.
    fn of(tokens: Vec<Token>) -> Option<Self> {
        let literal = |token: &Token| match token {
            Token::One(character) => Some(*character),
            _ => None,
        };
        if tokens.is_empty() {
            return None;
        }
        let text: Option<String> = tokens.iter().map(literal).collect();
        Some(text.map_or_else(
            || Self::Tokens(tokens.into()),
            |text| Self::Literal(text.into()),
        ))
    }

    fn prefix(&self) -> String {
        match self {
            Self::Literal(text) => (**text).into(),
            Self::Tokens(tokens) => tokens
                .iter()
                .map_while(|token| match token {
                    Token::One(character) => Some(*character),
                    _ => None,
                })
                .collect(),
        }
    }

    /// What stands behind the piece, when the text starts with it.
    fn behind_start<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(piece) => text.strip_prefix(&**piece),
            Self::Tokens(tokens) => {
                let mut rest = text.chars();
                let fits = tokens.iter().all(|token| {
                    rest.next()
                        .is_some_and(|character| token.accepts(character))
                });
                fits.then_some(rest.as_str())
            }
        }
    }

    /// What stands before the piece, when the text ends with it.
    fn before_end<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(piece) => text.strip_suffix(&**piece),
            Self::Tokens(tokens) => {
                let mut rest = text.chars();
                let fits = tokens.iter().rev().all(|token| {
                    rest.next_back()
                        .is_some_and(|character| token.accepts(character))
                });
                fits.then_some(rest.as_str())
            }
        }
    }

    /// What stands behind the first place of the piece in the text.
    fn behind_first<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(piece) => text.split_once(&**piece).map(|(_, behind)| behind),
            Self::Tokens(_) => {
                let mut starts = text.char_indices().map(|(start, _)| start);
                starts.find_map(|start| self.behind_start(text.get(start..)?))
            }
        }
    }
}

impl Token {
    fn accepts(&self, character: char) -> bool {
        match self {
            Self::AnyOne => true,
            Self::One(expected) => *expected == character,
            Self::Class { ranges, inverted } => {
                ranges
                    .iter()
                    .any(|(low, high)| (*low..=*high).contains(&character))
                    != *inverted
            }
        }
    }
}

/// Reads a class behind its opening bracket, and the bytes it took; `None` when it does not close or is empty.
fn class(text: &str) -> Option<(Token, usize)> {
    let (inverted, body) = text
        .strip_prefix('^')
        .map_or((false, text), |rest| (true, rest));
    let end = body.find(']')?;
    let characters: Vec<char> = body.get(..end)?.chars().collect();
    let mut ranges = Vec::new();
    let mut rest = characters.as_slice();
    while let Some((low, after)) = rest.split_first() {
        if let ['-', high, beyond @ ..] = after {
            ranges.push((*low, *high));
            rest = beyond;
        } else {
            ranges.push((*low, *low));
            rest = after;
        }
    }
    if ranges.is_empty() {
        return None;
    }
    let length = text.len() - body.len() + end + 1;
    Some((
        Token::Class {
            ranges: ranges.into(),
            inverted,
        },
        length,
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether a pattern of characters, `_` and `%` covers a text, by trying everything.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('%', after)), _) => {
                naive(after, text) || !text.is_empty() && naive(pattern, &text[1..])
            }
            (Some((wanted, after)), Some((character, rest))) => {
                (*wanted == '_' || wanted == character) && naive(after, rest)
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn patterns_cover_what_they_cover_when_everything_is_tried(
            pattern in "[ab%_é]{0,8}", text in "[abé]{0,10}"
        ) {
            let tried: (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(LikePattern::new(&pattern, None).matches(&text), naive(&tried.0, &tried.1));
        }
    }

    #[test]
    fn patterns_of_the_documentation() {
        let check = |text: &str, pattern: &str, expected: bool| {
            assert_eq!(
                LikePattern::new(pattern, None).matches(text),
                expected,
                "{text} LIKE {pattern}"
            );
        };
        check("driver", "%iv%", true);
        check("driver", "dr_ver", true);
        check("driver", "DR%", false);
        check("driver", "", false);
        check("", "", true);
        check("", "%", true);
        check("ab", "a%%b", true);
        check("aXbXc", "a%b%c", true);
        check("abab", "%ab", true);
        check("abac", "%ab", false);
        check("20%", "20[%]", true);
        check("20x", "20[%]", false);
        check("a_", "a[_]", true);
        check("a[b", "a[[]b", true);
        check("a]b", "a]b", true);
        check("b", "[a-c]", true);
        check("d", "[a-c]", false);
        check("d", "[^a-c]", true);
        check("-", "[a-]", true);
        check("[", "[", true);
        check("😀x", "_x", true);
    }

    #[test]
    fn escapes_make_wildcards_literal() {
        let pattern = LikePattern::new("a!%b!_", Some('!'));
        assert!(pattern.matches("a%b_"));
        assert!(!pattern.matches("axbx"));
        assert_eq!(pattern.literal().as_deref(), Some("a%b_"));
        assert_eq!(LikePattern::new("ab%c", None).prefix(), "ab");
        assert_eq!(LikePattern::new("ab%c", None).literal(), None);
    }

    #[test]
    fn many_wildcards_stay_fast() {
        let text = "a".repeat(20_000);
        assert!(!LikePattern::new(&"%a".repeat(200).replace("a%", "a%b"), None).matches(&text));
        assert!(!LikePattern::new(&format!("{}b", "%a".repeat(100)), None).matches(&text));
    }
}
