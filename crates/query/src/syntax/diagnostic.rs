//! What is wrong with a query text, in the words and the JSON form of the service.

use std::fmt;

use serde::Serialize;

use super::Span;

/// One complaint about a query: a code, a message, and the place it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The service's code; `None` for limits of this implementation that the service words otherwise.
    pub code: Option<Code>,
    /// The service's message.
    pub message: String,
    /// What the message is about; `None` when it is about the query as a whole.
    pub span: Option<Span>,
}

macro_rules! codes {
    ($($variant:ident $text:literal $doc:literal),* $(,)?) => {
        /// The codes of the service's query errors.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $doc] $variant,)*
        }

        impl Code {
            /// The text of the code.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

codes! {
    Syntax "SC1001" "The text does not follow the grammar.",
    InvalidToken "SC1010" "A string, a number or a comment that is no token.",
    UnresolvedIdentifier "SC2001" "A name that nothing in scope bears.",
    UnknownFunction "SC2005" "A function that does not exist.",
    StarWithGroupBy "SC2041" "`SELECT *` beside GROUP BY.",
    ArgumentCount "SC2050" "A function called with too few or too many arguments.",
    TopCount "SC2060" "A TOP count that is no integer or too large.",
    LimitCount "SC2061" "A LIMIT count that is too large.",
    OffsetCount "SC2062" "An OFFSET count that is too large.",
    NestedAggregate "SC2101" "An aggregate over an aggregate or a subquery.",
    NotGrouped "SC2102" "A selected path that is neither a key of the group nor inside an aggregate.",
    OrderByInSubquery "SC2202" "ORDER BY inside a subquery.",
    TopInSubquery "SC2203" "TOP inside a subquery.",
    OffsetInSubquery "SC2204" "OFFSET LIMIT inside a subquery.",
    SearchListSize "SC2213" "A vector search option out of its range.",
    RankFunction "SC2221" "ORDER BY RANK over something that is no score.",
    RankWithIn "SC2223" "ORDER BY RANK with FROM … IN.",
    RankWithJoin "SC2224" "ORDER BY RANK with JOIN.",
    RankWithSubquery "SC2225" "ORDER BY RANK over a FROM subquery.",
    RankInSubquery "SC2228" "ORDER BY RANK inside a subquery.",
    RankWeights "SC2229" "RRF weights that are not as many numbers as there are scores.",
    ScoreOutsideRank "SC2240" "`FullTextScore` outside ORDER BY RANK.",
    Unsupported "SC2990" "A feature that the service does not support.",
    TooManyUdfCalls "SC3005" "More calls of user-defined functions than allowed.",
    OrderByPath "2206" "An ORDER BY item that is no path of the document.",
}

impl Diagnostic {
    /// A complaint about a place.
    pub fn at(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code: Some(code),
            message: message.into(),
            span: Some(span),
        }
    }

    /// A complaint about the whole query.
    pub fn whole(code: Code, message: impl Into<String>) -> Self {
        Self {
            code: Some(code),
            message: message.into(),
            span: None,
        }
    }

    /// A limit of this implementation, crossed at a place.
    pub fn limit(span: Span, message: impl Into<String>) -> Self {
        Self {
            code: None,
            message: message.into(),
            span: Some(span),
        }
    }

    /// The complaint as the service writes it; `text` is the query it is about.
    pub fn report(&self, text: &str) -> Report<'_> {
        Report {
            severity: "Error",
            location: self.span.map(|span| Location {
                start: characters(text, span.start()),
                end: characters(text, span.end()),
            }),
            code: self.code.map(|code| match code.as_str().parse() {
                Ok(number) => CodeText::Number(number),
                Err(_) => CodeText::Text(code.as_str()),
            }),
            message: &self.message,
        }
    }
}

/// A [`Diagnostic`] in the form and member order of the service's error bodies.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<CodeText>,
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct Location {
    start: usize,
    end: usize,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum CodeText {
    Text(&'static str),
    Number(u32),
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{}: {}", code.as_str(), self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// The UTF-16 units before a byte offset: the service counts characters of the .NET kind.
fn characters(text: &str, offset: u32) -> usize {
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    text.get(..offset).unwrap_or(text).encode_utf16().count()
}
