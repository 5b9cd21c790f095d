//! The words and signs of Cosmos SQL.

use super::Span;

/// One lexical unit with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// What a token is; its text is in the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name that is not reserved.
    Identifier,
    /// `@name`.
    Parameter,
    /// A number without sign.
    Number,
    /// A quoted string, quotes included.
    String,
    /// A reserved word, in any case.
    Keyword(Keyword),
    /// An operator or a bracket.
    Sign(Sign),
    /// Something that is no token: an unterminated string or comment, a stray character.
    Invalid,
    /// After the last token.
    End,
}

macro_rules! keywords {
    ($($variant:ident $text:literal),* $(,)?) => {
        /// The reserved words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Keyword {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
        }

        impl Keyword {
            /// Every reserved word with its upper-case text.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$variant, $text)),*];
        }
    };
}

keywords! {
    And "AND", As "AS", Asc "ASC", Between "BETWEEN", By "BY", Case "CASE", Cast "CAST", Convert "CONVERT", Cross "CROSS",
    Desc "DESC", Distinct "DISTINCT", Else "ELSE", End "END", Escape "ESCAPE", Exists "EXISTS", False "FALSE", For "FOR",
    From "FROM", Group "GROUP", Having "HAVING", In "IN", Inner "INNER", Insert "INSERT", Into "INTO", Is "IS", Join "JOIN",
    Left "LEFT", Let "LET", Like "LIKE", Limit "LIMIT", Not "NOT", Null "NULL", Offset "OFFSET", On "ON", Or "OR",
    Order "ORDER", Outer "OUTER", Over "OVER", Rank "RANK", Right "RIGHT", Select "SELECT", Set "SET", Then "THEN",
    Top "TOP", True "TRUE", Udf "UDF", Undefined "UNDEFINED", Update "UPDATE", Value "VALUE", When "WHEN", Where "WHERE",
    With "WITH",
}

/// The longest reserved word, in bytes.
const LONGEST: usize = 9;

impl Keyword {
    /// The reserved word that `text` is, in any case.
    pub fn of(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        Self::ALL
            .iter()
            .find(|(_, word)| word.eq_ignore_ascii_case(text))
            .map(|(keyword, _)| *keyword)
    }

    /// Whether the word may still name things: aliases and identifiers.
    pub fn may_be_name(self) -> bool {
        matches!(self, Self::Let | Self::Rank)
    }
}

macro_rules! signs {
    ($($variant:ident $text:literal),* $(,)?) => {
        /// Operators, brackets and separators.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Sign {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
        }

        impl Sign {
            /// Every sign with its text, longer ones before their prefixes.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$variant, $text)),*];
        }
    };
}

signs! {
    ShiftRightUnsigned ">>>", ShiftLeft "<<", ShiftRight ">>", NotEqualOther "<>", LessOrEqual "<=", GreaterOrEqual ">=",
    NotEqual "!=", Coalesce "??", Concat "||", Less "<", Greater ">", Equal "=", Question "?", Pipe "|", OpenParen "(",
    CloseParen ")", OpenBracket "[", CloseBracket "]", OpenBrace "{", CloseBrace "}", Comma ",", Dot ".", Colon ":",
    Plus "+", Minus "-", Star "*", Slash "/", Percent "%", Ampersand "&", Caret "^", Tilde "~",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_found_in_any_case() {
        for (keyword, word) in Keyword::ALL {
            assert!(word.len() <= LONGEST, "{word}");
            assert_eq!(Keyword::of(word), Some(*keyword));
            assert_eq!(Keyword::of(&word.to_lowercase()), Some(*keyword));
        }
        assert_eq!(Keyword::of("selects"), None);
        assert_eq!(Keyword::of(""), None);
    }

    #[test]
    fn no_sign_is_hidden_by_an_earlier_prefix() {
        for (index, (_, text)) in Sign::ALL.iter().enumerate() {
            for (_, earlier) in Sign::ALL.iter().take(index) {
                assert!(!text.starts_with(earlier), "{earlier} hides {text}");
            }
        }
    }
}
