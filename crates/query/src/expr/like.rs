//! LIKE: a matcher of its own that never backtracks further than to the last `%`.

/// A prepared pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LikePattern {
    tokens: Box<[Token]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// `%`
    AnyRun,
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
        let mut tokens: Vec<Token> = Vec::new();
        let mut rest = pattern.chars();
        while let Some(character) = rest.next() {
            let token = match character {
                escaped if Some(escaped) == escape => Token::One(rest.next().unwrap_or(escaped)),
                '%' => Token::AnyRun,
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
            if token != Token::AnyRun || tokens.last() != Some(&Token::AnyRun) {
                tokens.push(token);
            }
        }
        Self {
            tokens: tokens.into(),
        }
    }

    /// The text that the pattern stands for, when it has no wildcard.
    pub(crate) fn literal(&self) -> Option<String> {
        self.tokens
            .iter()
            .map(|token| {
                if let Token::One(character) = token {
                    Some(*character)
                } else {
                    None
                }
            })
            .collect()
    }

    /// The literal text before the first wildcard.
    pub(crate) fn prefix(&self) -> String {
        self.tokens
            .iter()
            .map_while(|token| {
                if let Token::One(character) = token {
                    Some(*character)
                } else {
                    None
                }
            })
            .collect()
    }

    /// Whether the pattern asks for nothing but how a text starts.
    pub(crate) fn is_prefix(&self) -> bool {
        let literal = |token: &Token| matches!(token, Token::One(_));
        self.tokens
            .split_last()
            .is_some_and(|(last, rest)| *last == Token::AnyRun && rest.iter().all(literal))
    }

    /// Whether the pattern covers the whole text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut tokens: &[Token] = &self.tokens;
        let mut rest = text.chars();
        // Where to go on when the current attempt fails: behind the last `%`, one character later each time.
        let mut retry: Option<(&[Token], std::str::Chars<'_>)> = None;
        loop {
            let step = match tokens.split_first() {
                Some((Token::AnyRun, after)) => {
                    if after.is_empty() {
                        return true;
                    }
                    retry = Some((after, rest.clone()));
                    tokens = after;
                    continue;
                }
                Some((token, after)) => rest
                    .next()
                    .filter(|character| token.accepts(*character))
                    .map(|_| after),
                None if rest.as_str().is_empty() => return true,
                None => None,
            };
            match (step, &mut retry) {
                (Some(after), _) => tokens = after,
                (None, Some((after, from))) => {
                    if from.next().is_none() {
                        return false;
                    }
                    tokens = after;
                    rest = from.clone();
                }
                (None, None) => return false,
            }
        }
    }
}

impl Token {
    fn accepts(&self, character: char) -> bool {
        match self {
            Self::AnyRun => false,
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
    use super::*;

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
