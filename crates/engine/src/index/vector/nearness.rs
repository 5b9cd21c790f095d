//! How near rows are to what is sought, in single precision: what lies nearer is less.
//!
//! | metric | nearness |
//! |---|---|
//! | euclidean | square of the distance |
//! | cosine | cosine of the angle, with its sign changed |
//! | dot product | the product, with its sign changed |
//!
//! It decides which vectors are compared exactly, and is wrong by no more than [`Probe::margin`].

use cosmokit_query::Metric;

use super::elements::{Element, dot, squared_distance};

/// What is sought in an index of vectors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Search<'s> {
    /// The vector that others are to be near to.
    pub(crate) target: &'s [f32],
    /// How they are compared.
    pub(crate) metric: Metric,
    /// How many of the nearest are wanted.
    pub(crate) wanted: usize,
    /// Whether some of them may be missed.
    pub(crate) method: Method,
    /// The distance from which on vectors are wanted; nearer ones may be left out. Exact searches alone heed it.
    pub(crate) from: Option<f64>,
}

/// Whether some of the nearest may be missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// None.
    Exact,
    /// Some, if the index is of a kind that misses some.
    Approximate {
        /// Candidates for each wanted row in a graph.
        search_list: usize,
        /// Candidates for each wanted row among compressed vectors.
        quantized_list: usize,
    },
}

/// A vector that rows are compared with.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) vector: Vec<f32>,
    pub(super) metric: Metric,
    /// Its length.
    pub(super) length: f32,
}

/// A row, and how near it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Near<R> {
    pub(super) nearness: f32,
    pub(super) row: R,
}

impl<R: Ord + Copy> Near<R> {
    /// What is nearer comes first.
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        let nearness = self.nearness.total_cmp(&other.nearness);
        nearness.then(self.row.cmp(&other.row))
    }
}

impl Probe {
    pub(super) fn new(vector: Vec<f32>, metric: Metric) -> Self {
        let length = length(&vector);
        Self {
            vector,
            metric,
            length,
        }
    }

    /// How near a vector is that has this length.
    pub(super) fn nearness<E: Element>(&self, row: &[E], length: f32) -> f32 {
        match self.metric {
            Metric::Euclidean => squared_distance(row, &self.vector),
            Metric::Cosine => {
                let lengths = length * self.length;
                if lengths > 0.0 {
                    -dot(row, &self.vector) / lengths
                } else {
                    // Of zeros, or too short to tell.
                    f32::INFINITY
                }
            }
            Metric::DotProduct => -dot(row, &self.vector),
        }
    }

    /// What a distance is as nearness.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a nearness is as precise as its margin"
    )]
    pub(super) fn of_distance(&self, distance: f64) -> f32 {
        match self.metric {
            Metric::Euclidean => (distance * distance) as f32,
            Metric::Cosine | Metric::DotProduct => -distance as f32,
        }
    }

    /// How far a nearness of about this much may be off; `longest` is the length of the longest vector.
    #[expect(
        clippy::cast_precision_loss,
        reason = "vectors have thousands of elements at most"
    )]
    pub(super) fn margin(&self, nearness: f32, longest: f32) -> f32 {
        // Twice the bound of the sums, and something for their quotients.
        let relative = (self.vector.len() as f32 + 16.0) * 2.0 * f32::EPSILON;
        match self.metric {
            Metric::Euclidean => relative * nearness.abs(),
            Metric::Cosine => 2.0 * relative,
            Metric::DotProduct => relative * self.length * longest,
        }
    }
}

/// The length of a vector.
pub(super) fn length(vector: &[f32]) -> f32 {
    dot(vector, vector).sqrt()
}

/// Leaves the nearest of many, in no order; all that may belong to them when there is a margin.
pub(super) fn keep_nearest<R: Ord + Copy>(
    found: &mut Vec<Near<R>>,
    wanted: usize,
    margin: impl Fn(f32) -> f32,
) {
    let Some(last) = wanted.checked_sub(1).filter(|last| *last + 1 < found.len()) else {
        if wanted == 0 {
            found.clear();
        }
        return;
    };
    let (_, last, _) = found.select_nth_unstable_by(last, Near::order);
    let limit = last.nearness + 2.0 * margin(last.nearness);
    // What is no number cannot be told to be farther away.
    let is_near = |nearness: f32| nearness <= limit || !nearness.is_finite() || limit.is_nan();
    found.retain(|near| is_near(near.nearness));
}
