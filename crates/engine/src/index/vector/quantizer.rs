//! Compressed vectors: enough to tell which of many to compare.

use cosmokit_query::Metric;

use super::{
    column::Column,
    elements::dot,
    nearness::{Near, Probe},
    product::{Product, Tables},
    settings::Compression,
};

/// Vectors that a quantizer learns from.
const SAMPLE: u32 = 1_024;

/// The vectors of a column, compressed.
#[derive(Debug)]
pub(super) struct Compressed {
    quantizer: Quantizer,
    /// One behind the other.
    codes: Vec<u8>,
    /// Rows there were when the quantizer learnt.
    learnt_at: u32,
}

#[derive(Clone, Debug)]
enum Quantizer {
    /// Elements as steps between the least and the greatest of their place.
    Scalar {
        least: Vec<f32>,
        steps: Vec<f32>,
    },
    Product(Product),
}

/// A quantizer's view of a vector that is sought.
enum Reader {
    /// What a step of each element is worth, and what the least ones are worth together.
    Products {
        weights: Vec<f32>,
        least: f32,
    },
    /// How far the vector is from the least of each element, and the steps.
    Distances {
        from: Vec<f32>,
        steps: Vec<f32>,
    },
    Tables(Tables),
}

impl Compressed {
    /// The rows of a column. Rows that come from another column, `moved` in their order, keep their bytes, until there
    /// are twice as many as the quantizer has learnt from.
    pub(super) fn of(
        column: &Column,
        (compression, metric): (Compression, Metric),
        before: Option<(&Self, &[u32])>,
    ) -> Self {
        let reusable = before.filter(|(before, _)| column.rows() / 2 <= before.learnt_at);
        let mut compressed = match reusable {
            Some((before, moved)) => {
                let codes = moved.iter().flat_map(|row| before.code(*row));
                Self {
                    quantizer: before.quantizer.clone(),
                    codes: codes.copied().collect(),
                    learnt_at: before.learnt_at,
                }
            }
            None => Self {
                quantizer: learn(column, compression, metric),
                codes: Vec::new(),
                learnt_at: column.rows(),
            },
        };
        let first = reusable.map_or(0, |(_, moved)| moved.len());
        let first = u32::try_from(first).unwrap_or(u32::MAX);
        let mut vector = Vec::new();
        for row in first..column.rows() {
            read(column, row, metric, &mut vector);
            compressed.quantizer.encode(&vector, &mut compressed.codes);
        }
        compressed
    }

    /// About how near the rows from `first` on are for which `stays` holds.
    pub(super) fn all(
        &self,
        column: &Column,
        probe: &Probe,
        (first, stays): (u32, impl Fn(u32) -> bool),
        found: &mut Vec<Near<u32>>,
    ) {
        let reader = self.quantizer.reader(probe);
        let start = usize::try_from(first).unwrap_or(usize::MAX);
        let bytes = self.quantizer.bytes().max(1);
        let codes = self.codes.chunks_exact(bytes).skip(start);
        for (row, code) in (first..column.rows()).zip(codes) {
            if stays(row) {
                let estimate = reader.estimate(code);
                let nearness = match probe.metric {
                    Metric::Euclidean => estimate,
                    Metric::DotProduct => -estimate,
                    Metric::Cosine => -estimate / probe.length,
                };
                found.push(Near { nearness, row });
            }
        }
    }

    fn code(&self, row: u32) -> &[u8] {
        let bytes = self.quantizer.bytes();
        let start = usize::try_from(row)
            .unwrap_or(usize::MAX)
            .saturating_mul(bytes);
        self.codes
            .get(start..start.saturating_add(bytes))
            .unwrap_or_default()
    }
}

/// The vector of a row as it is compressed.
fn read(column: &Column, row: u32, metric: Metric, vector: &mut Vec<f32>) {
    column.read(row, vector);
    let length = column.length(row);
    if metric == Metric::Cosine && length > 0.0 {
        for element in vector {
            *element /= length;
        }
    }
}

fn learn(column: &Column, compression: Compression, metric: Metric) -> Quantizer {
    let step = usize::try_from(column.rows().div_ceil(SAMPLE)).unwrap_or(usize::MAX);
    let rows = (0..column.rows()).step_by(step.max(1));
    let sample: Vec<Vec<f32>> = rows
        .map(|row| {
            let mut vector = Vec::new();
            read(column, row, metric, &mut vector);
            vector
        })
        .collect();
    let dimensions = sample.first().map_or(0, Vec::len);
    match compression {
        Compression::Product(bytes) => {
            Quantizer::Product(Product::learn(bytes, dimensions, &sample))
        }
        Compression::Scalar => {
            let of_place = |place: usize, least: f32, better: fn(f32, f32) -> f32| {
                let elements = sample.iter().filter_map(|vector| vector.get(place));
                elements.copied().fold(least, better)
            };
            let least: Vec<f32> = (0..dimensions)
                .map(|place| of_place(place, f32::INFINITY, f32::min))
                .collect();
            let greatest =
                (0..dimensions).map(|place| of_place(place, f32::NEG_INFINITY, f32::max));
            let steps = greatest.zip(&least);
            Quantizer::Scalar {
                steps: steps
                    .map(|(greatest, least)| ((greatest - least) / 255.0).max(f32::MIN_POSITIVE))
                    .collect(),
                least,
            }
        }
    }
}

impl Quantizer {
    fn bytes(&self) -> usize {
        match self {
            Self::Scalar { least, .. } => least.len(),
            Self::Product(product) => product.bytes(),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what lies outside the steps is cut to the ends"
    )]
    fn encode(&self, vector: &[f32], codes: &mut Vec<u8>) {
        match self {
            Self::Scalar { least, steps } => {
                let scales = least.iter().zip(steps);
                let code = vector.iter().zip(scales);
                codes.extend(code.map(|(element, (least, step))| {
                    ((element - least) / step).round().clamp(0.0, 255.0) as u8
                }));
            }
            Self::Product(product) => product.encode(vector, codes),
        }
    }

    fn reader(&self, probe: &Probe) -> Reader {
        let vector = &probe.vector;
        match (self, probe.metric) {
            (Self::Scalar { least, steps }, Metric::Euclidean) => Reader::Distances {
                from: vector.iter().zip(least).map(|(v, l)| v - l).collect(),
                steps: steps.clone(),
            },
            (Self::Scalar { least, steps }, _) => Reader::Products {
                weights: vector.iter().zip(steps).map(|(v, s)| v * s).collect(),
                least: dot(vector, least),
            },
            (Self::Product(product), Metric::Euclidean) => {
                Reader::Tables(product.distances(vector))
            }
            (Self::Product(product), _) => Reader::Tables(product.products(vector)),
        }
    }
}

impl Reader {
    fn estimate(&self, code: &[u8]) -> f32 {
        match self {
            Self::Products { weights, least } => dot(code, weights) + least,
            Self::Distances { from, steps } => stepped_distance(code, from, steps),
            Self::Tables(tables) => tables.sum(code),
        }
    }
}

/// The square of the distance of a vector of steps from another.
fn stepped_distance(code: &[u8], from: &[f32], steps: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut lanes = [0.0_f32; LANES];
    let (codes, code_rest) = code.as_chunks::<LANES>();
    let (froms, from_rest) = from.as_chunks::<LANES>();
    let (sizes, step_rest) = steps.as_chunks::<LANES>();
    let term = |code: u8, from: f32, step: f32| {
        let difference = from - f32::from(code) * step;
        difference * difference
    };
    for (code, (from, step)) in codes.iter().zip(froms.iter().zip(sizes)) {
        let terms = code.iter().zip(from.iter().zip(step));
        for (lane, (code, (from, step))) in lanes.iter_mut().zip(terms) {
            *lane += term(*code, *from, *step);
        }
    }
    let rest = code_rest.iter().zip(from_rest.iter().zip(step_rest));
    let rest: f32 = rest
        .map(|(code, (from, step))| term(*code, *from, *step))
        .sum();
    lanes.iter().sum::<f32>() + rest
}
