//! How urgent a request is: `x-ms-cosmos-priority-level`.

use std::str::FromStr;

/// How urgent a request is when its partition runs out of throughput.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PriorityLevel {
    /// Throttled last; what a request has that does not say.
    High,
    /// Throttled first.
    Low,
}

/// A text that is no priority level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a priority level is High or Low")]
pub struct UnknownPriorityLevel;

impl PriorityLevel {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "High",
            Self::Low => "Low",
        }
    }
}

impl FromStr for PriorityLevel {
    type Err = UnknownPriorityLevel;

    /// Takes the words in any case.
    fn from_str(text: &str) -> Result<Self, UnknownPriorityLevel> {
        let levels = [Self::High, Self::Low];
        levels
            .into_iter()
            .find(|level| level.as_str().eq_ignore_ascii_case(text))
            .ok_or(UnknownPriorityLevel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_any_case() {
        let check = |text: &str, expected: Result<PriorityLevel, UnknownPriorityLevel>| {
            assert_eq!(text.parse(), expected, "{text}");
        };
        check("High", Ok(PriorityLevel::High));
        check("low", Ok(PriorityLevel::Low));
        check("LOW", Ok(PriorityLevel::Low));
        check("", Err(UnknownPriorityLevel));
        check("medium", Err(UnknownPriorityLevel));
    }
}
