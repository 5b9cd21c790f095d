//! How long a change takes over a link: a distribution, drawn from by whole numbers alone, so
//! that a seed gives the same instants on any machine.

use std::{fmt, str::FromStr, time::Duration};

/// How long changes take from one region to another, or from the leader of a region to another
/// replica. Changes never overtake each other, whatever is drawn. Resolution: one millisecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lag {
    /// No time at all.
    #[default]
    None,
    /// Always this long.
    Fixed(Duration),
    /// Anything from `min` to `max`, all equally likely.
    Uniform {
        /// The shortest.
        min: Duration,
        /// The longest.
        max: Duration,
    },
    /// Mostly short, now and then several times the mean.
    Exponential {
        /// The mean.
        mean: Duration,
    },
    /// Around the mean, rarely more than two deviations away and never more than six; never
    /// below nothing.
    Normal {
        /// The mean.
        mean: Duration,
        /// The standard deviation.
        deviation: Duration,
    },
    /// Nothing arrives; what is sent, and what was under way, is held until the link has another
    /// lag.
    Paused,
}

/// ln 2 in 1/2^32.
const LN_2: u128 = 2_977_044_472;

impl Lag {
    /// Whether changes are there at once.
    pub(crate) fn is_none(self) -> bool {
        self == Self::None
    }

    /// The time that the draw `random` stands for; `None` while the link is paused.
    pub(crate) fn drawn(self, random: u64) -> Option<Duration> {
        Some(match self {
            Self::None => Duration::ZERO,
            Self::Paused => return None,
            Self::Fixed(lag) => lag,
            Self::Uniform { min, max } => {
                let (min, max) = (millis(min), millis(max));
                let width = u128::from(max.saturating_sub(min)) + 1;
                let offset = (u128::from(random) * width) >> 64;
                from_millis(u128::from(min) + offset)
            }
            Self::Exponential { mean } => {
                let nats = (u128::from(minus_log2(random)) * LN_2) >> 32;
                from_millis((u128::from(millis(mean)).saturating_mul(nats)) >> 32)
            }
            Self::Normal { mean, deviation } => normal(mean, deviation, random),
        })
    }
}

/// Twelve uniform numbers have a sum with the variance 1 (Irwin-Hall).
fn normal(mean: Duration, deviation: Duration, random: u64) -> Duration {
    let sum: u128 = (0..12)
        .map(|step| u128::from(crate::entropy::mix(random, step) >> 32))
        .sum();
    let deviation = u128::from(millis(deviation));
    let above = u128::from(millis(mean)) + ((sum * deviation) >> 32);
    from_millis(above.saturating_sub(6 * deviation))
}

/// -log2 of `random` as a fraction of 2^64, in 1/2^32: by squaring, one bit after another.
fn minus_log2(random: u64) -> u64 {
    let random = random.max(1);
    let whole = random.leading_zeros();
    // The mantissa, from 1 up to 2, in 1/2^63.
    let mut mantissa = u128::from(random << whole);
    let mut fraction = 0_u64;
    for _ in 0..32 {
        mantissa = (mantissa * mantissa) >> 63;
        fraction <<= 1;
        if mantissa >= 1 << 64 {
            mantissa >>= 1;
            fraction |= 1;
        }
    }
    ((u64::from(whole) + 1) << 32) - fraction
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn from_millis(millis: u128) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
}

/// A text that is no lag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no lag: use none, paused, 20ms, 20..50ms, exponential 30ms or normal 30ms 10ms (units: ms, s)"
)]
pub struct LagSyntaxError(String);

impl FromStr for Lag {
    type Err = LagSyntaxError;

    /// Reads `none`, `paused`, `20ms`, `20..50ms`, `exponential 30ms` or `normal 30ms 10ms`.
    fn from_str(text: &str) -> Result<Self, LagSyntaxError> {
        parse(text.trim()).ok_or_else(|| LagSyntaxError(text.chars().take(64).collect()))
    }
}

fn parse(text: &str) -> Option<Lag> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    match words.as_slice() {
        ["none"] => Some(Lag::None),
        ["paused"] => Some(Lag::Paused),
        ["exponential", mean] => Some(Lag::Exponential {
            mean: duration(mean)?,
        }),
        ["normal", mean, deviation] => Some(Lag::Normal {
            mean: duration(mean)?,
            deviation: duration(deviation)?,
        }),
        [word] => match word.split_once("..") {
            None => Some(Lag::Fixed(duration(word)?)),
            Some((min, max)) => {
                let (_, unit) = split_unit(max)?;
                let min = duration(min).or_else(|| duration(&format!("{min}{unit}")))?;
                let max = duration(max)?;
                (min <= max).then_some(Lag::Uniform { min, max })
            }
        },
        _ => None,
    }
}

fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split_unit(text)?;
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        _ => None,
    }
}

fn split_unit(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    text.split_at_checked(end)
}

impl fmt::Display for Lag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Paused => f.write_str("paused"),
            Self::Fixed(lag) => write!(f, "{}ms", millis(*lag)),
            Self::Uniform { min, max } => write!(f, "{}..{}ms", millis(*min), millis(*max)),
            Self::Exponential { mean } => write!(f, "exponential {}ms", millis(*mean)),
            Self::Normal { mean, deviation } => {
                write!(f, "normal {}ms {}ms", millis(*mean), millis(*deviation))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_lag_reads_as_it_is_written() {
        let check = |text: &str, expected: Option<Lag>| {
            assert_eq!(text.parse::<Lag>().ok(), expected, "{text}");
            if let Some(lag) = expected {
                assert_eq!(lag.to_string().parse(), Ok(lag), "{text}");
            }
        };
        check("none", Some(Lag::None));
        check(" paused ", Some(Lag::Paused));
        check("20ms", Some(Lag::Fixed(ms(20))));
        check("2s", Some(Lag::Fixed(ms(2_000))));
        let uniform = |min, max| {
            Some(Lag::Uniform {
                min: ms(min),
                max: ms(max),
            })
        };
        check("20..50ms", uniform(20, 50));
        check("20ms..1s", uniform(20, 1_000));
        check("exponential 30ms", Some(Lag::Exponential { mean: ms(30) }));
        let normal = Lag::Normal {
            mean: ms(30),
            deviation: ms(10),
        };
        check("normal 30ms 10ms", Some(normal));
        for bad in [
            "",
            "20",
            "50..20ms",
            "x",
            "-5ms",
            "20..ms",
            "normal 3ms",
            "é..1s",
        ] {
            check(bad, None);
        }
    }

    /// Mean and extremes of many draws, in milliseconds.
    fn sample(lag: Lag) -> (u64, u64, u64) {
        let drawn: Vec<u64> = (0..20_000)
            .map(|step| millis(lag.drawn(crate::entropy::mix(7, step)).unwrap()))
            .collect();
        let sum: u64 = drawn.iter().sum();
        let (min, max) = (drawn.iter().min(), drawn.iter().max());
        (sum / 20_000, *min.unwrap(), *max.unwrap())
    }

    #[test]
    fn draws_are_distributed_as_named() {
        assert_eq!(sample(Lag::None), (0, 0, 0));
        assert_eq!(sample(Lag::Fixed(ms(7))), (7, 7, 7));
        let uniform = Lag::Uniform {
            min: ms(20),
            max: ms(50),
        };
        assert_eq!(sample(uniform), (34, 20, 50));
        let (mean, min, max) = sample(Lag::Exponential { mean: ms(1_000) });
        assert!((980..1_020).contains(&mean) && min < 2 && (7_000..15_000).contains(&max));
        let (mean, min, max) = sample(Lag::Normal {
            mean: ms(1_000),
            deviation: ms(100),
        });
        assert!((995..1_005).contains(&mean) && min > 400 && max < 1_600 && max > 1_250);
        assert_eq!(Lag::Paused.drawn(1), None);
    }

    #[test]
    fn no_draw_overflows() {
        for random in [0, 1, u64::MAX] {
            for lag in [
                Lag::Fixed(Duration::MAX),
                Lag::Exponential {
                    mean: Duration::MAX,
                },
                Lag::Uniform {
                    min: Duration::ZERO,
                    max: Duration::MAX,
                },
                Lag::Normal {
                    mean: Duration::MAX,
                    deviation: Duration::MAX,
                },
            ] {
                assert!(lag.drawn(random).is_some());
            }
        }
    }

    #[test]
    fn the_logarithm_is_one() {
        assert_eq!(minus_log2(1 << 63), 1 << 32);
        assert_eq!(minus_log2(1 << 62), 2 << 32);
        assert_eq!(minus_log2(u64::MAX) >> 8, 0);
        // -log2(3/4) = 0.4150375
        let expected = 1_782_572_000_u64;
        assert!(
            minus_log2(3 << 62).abs_diff(expected) < 5_000,
            "{}",
            minus_log2(3 << 62)
        );
    }
}
