//! Query advice: what could be written so that it costs less. The numbers are the service's.

use crate::ast::{Call, Expression, ExpressionKind, Literal, Query, Specification};

/// A piece of advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Advice {
    /// `ARRAY_CONTAINS` with partial match.
    PartialArrayContains,
    /// CONTAINS.
    Contains,
    /// STARTSWITH or STRINGEQUALS without regard to case.
    IgnoredCase,
    /// ENDSWITH.
    EndsWith,
    /// UPPER or LOWER in a comparison.
    ChangedCase,
    /// `GetCurrentDateTime`.
    CurrentDateTime,
    /// `GetCurrentTicks`.
    CurrentTicks,
    /// `GetCurrentTimestamp`.
    CurrentTimestamp,
}

/// Every piece of advice with its number and its text.
const TEXTS: &[(Advice, &str, &str)] = &[
    (
        Advice::PartialArrayContains,
        "QA1000",
        "If you are matching members of objects in an array, consider using EXISTS.",
    ),
    (
        Advice::Contains,
        "QA1002",
        "If you are matching on a string prefix, consider using STARTSWITH.",
    ),
    (
        Advice::IgnoredCase,
        "QA1003",
        "Instead of ignoring case, consider storing and matching one spelling.",
    ),
    (
        Advice::EndsWith,
        "QA1004",
        "If you are matching on a string suffix, consider storing the string reversed and using STARTSWITH.",
    ),
    (
        Advice::ChangedCase,
        "QA1006",
        "Instead of UPPER or LOWER, consider a comparison that ignores case.",
    ),
    (
        Advice::CurrentDateTime,
        "QA1007",
        "Consider using GetCurrentDateTimeStatic instead of GetCurrentDateTime in the WHERE clause.",
    ),
    (
        Advice::CurrentTicks,
        "QA1008",
        "Consider using GetCurrentTicksStatic instead of GetCurrentTicks in the WHERE clause.",
    ),
    (
        Advice::CurrentTimestamp,
        "QA1009",
        "Consider using GetCurrentTimestampStatic instead of GetCurrentTimestamp in the WHERE clause .",
    ),
];

impl Advice {
    /// What can be said about a query, without repetition: about its filter first, then about what it selects.
    pub fn of(query: &Query) -> Vec<Self> {
        let mut found = Vec::new();
        if let Some(filter) = &query.filter {
            collect(filter, &mut found);
        } else {
            return found;
        }
        let selected: Vec<&Expression> = match &query.select.specification {
            Specification::Star(_) => Vec::new(),
            Specification::Value(expression) => vec![expression],
            Specification::List(items) => items.iter().map(|item| &item.expression).collect(),
        };
        let mut in_selection = Vec::new();
        for expression in selected {
            collect(expression, &mut in_selection);
        }
        let clocks = [
            Self::CurrentDateTime,
            Self::CurrentTicks,
            Self::CurrentTimestamp,
        ];
        found.extend(
            in_selection
                .into_iter()
                .filter(|advice| clocks.contains(advice)),
        );
        let mut seen = Vec::new();
        found.retain(|advice| {
            let fresh = !seen.contains(advice);
            seen.push(*advice);
            fresh
        });
        found
    }

    /// The number, such as `QA1002`.
    pub fn id(self) -> &'static str {
        self.row().1
    }

    /// The advice in words.
    pub fn text(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        const NONE: &(Advice, &str, &str) = &(Advice::Contains, "", "");
        TEXTS
            .iter()
            .find(|(advice, ..)| *advice == self)
            .unwrap_or(NONE)
    }
}

fn collect(expression: &Expression, found: &mut Vec<Advice>) {
    if let ExpressionKind::Call(call) = &expression.kind {
        found.extend(of_call(call));
    }
    for child in expression.children() {
        collect(child, found);
    }
}

fn of_call(call: &Call) -> Option<Advice> {
    let is_true = |index: usize| {
        let argument = call.arguments.get(index).map(|argument| &argument.kind);
        argument == Some(&ExpressionKind::Literal(Literal::Boolean(true)))
    };
    match crate::function::find(&call.name.text)?.name {
        "ARRAY_CONTAINS" if is_true(2) => Some(Advice::PartialArrayContains),
        "CONTAINS" => Some(Advice::Contains),
        "STARTSWITH" | "STRINGEQUALS" if is_true(2) => Some(Advice::IgnoredCase),
        "ENDSWITH" => Some(Advice::EndsWith),
        "UPPER" | "LOWER" => Some(Advice::ChangedCase),
        "GETCURRENTDATETIME" => Some(Advice::CurrentDateTime),
        "GETCURRENTTICKS" => Some(Advice::CurrentTicks),
        "GETCURRENTTIMESTAMP" => Some(Advice::CurrentTimestamp),
        _ => None,
    }
}
