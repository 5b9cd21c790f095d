//! Product quantization: runs of elements, each as the number of the nearest of 256 known ones.
//!
//! What is known is learnt from a sample by k-means, without chance: the same vectors give the same
//! numbers everywhere.

use super::elements::{dot, squared_distance};

/// Runs that are known for each place: what a byte can tell apart.
const KNOWN: usize = 256;
/// How often what is known is moved into the middle of what it stands for.
const ROUNDS: usize = 6;

/// What is known of each place.
#[derive(Clone, Debug)]
pub(super) struct Product {
    places: Vec<Place>,
}

/// The known runs of one place, one behind the other.
#[derive(Clone, Debug)]
struct Place {
    start: usize,
    width: usize,
    known: Vec<f32>,
}

/// What each known run says about a vector that is sought.
#[derive(Debug)]
pub(super) struct Tables(Vec<Vec<f32>>);

impl Product {
    /// Learns from a sample of vectors that have `dimensions` elements.
    pub(super) fn learn(bytes: usize, dimensions: usize, sample: &[Vec<f32>]) -> Self {
        let bytes = bytes.clamp(1, dimensions.max(1));
        let border = |place: usize| place * dimensions / bytes;
        let places = (0..bytes).map(|place| {
            let (start, end) = (border(place), border(place + 1));
            Place::learn(start, end - start, sample)
        });
        Self {
            places: places.collect(),
        }
    }

    /// How many bytes a vector has.
    pub(super) fn bytes(&self) -> usize {
        self.places.len()
    }

    /// Appends the bytes of a vector.
    pub(super) fn encode(&self, vector: &[f32], codes: &mut Vec<u8>) {
        let codes_of = self.places.iter().map(|place| {
            let nearest = nearest(place.run(vector), &place.known);
            u8::try_from(nearest).unwrap_or(u8::MAX)
        });
        codes.extend(codes_of);
    }

    /// Tables of dot products with a vector.
    pub(super) fn products(&self, vector: &[f32]) -> Tables {
        self.tables(vector, dot)
    }

    /// Tables of squared distances from a vector.
    pub(super) fn distances(&self, vector: &[f32]) -> Tables {
        self.tables(vector, squared_distance)
    }

    fn tables(&self, vector: &[f32], of: impl Fn(&[f32], &[f32]) -> f32) -> Tables {
        let table = |place: &Place| {
            let run = place.run(vector);
            let known = place.known.chunks_exact(place.width.max(1));
            known.map(|known| of(known, run)).collect()
        };
        Tables(self.places.iter().map(table).collect())
    }
}

impl Tables {
    /// What the bytes of a vector add up to.
    pub(super) fn sum(&self, code: &[u8]) -> f32 {
        let entry = |(table, byte): (&Vec<f32>, &u8)| table.get(usize::from(*byte)).copied();
        self.0.iter().zip(code).filter_map(entry).sum()
    }
}

impl Place {
    fn learn(start: usize, width: usize, sample: &[Vec<f32>]) -> Self {
        let run = |vector: &Vec<f32>| -> Vec<f32> {
            let run = vector.get(start..start + width).unwrap_or_default();
            run.to_vec()
        };
        let runs: Vec<Vec<f32>> = sample.iter().map(run).collect();
        let step = (runs.len() / KNOWN).max(1);
        let mut known: Vec<f32> = runs
            .iter()
            .step_by(step)
            .take(KNOWN)
            .flatten()
            .copied()
            .collect();
        for _ in 0..ROUNDS {
            known = moved(&known, width, &runs);
        }
        Self {
            start,
            width,
            known,
        }
    }

    fn run<'v>(&self, vector: &'v [f32]) -> &'v [f32] {
        vector
            .get(self.start..self.start + self.width)
            .unwrap_or_default()
    }
}

/// Each known run in the middle of those that it is the nearest of; one that stands for none stays.
fn moved(known: &[f32], width: usize, runs: &[Vec<f32>]) -> Vec<f32> {
    let mut sums = vec![0.0_f32; known.len()];
    let mut counts = vec![0.0_f32; known.len().div_ceil(width.max(1))];
    for run in runs {
        let place = nearest(run, known);
        let sum = sums.chunks_exact_mut(width.max(1)).nth(place);
        for (sum, element) in sum.into_iter().flatten().zip(run) {
            *sum += element;
        }
        if let Some(count) = counts.get_mut(place) {
            *count += 1.0;
        }
    }
    let old = known.chunks_exact(width.max(1));
    let new = sums.chunks_exact(width.max(1)).zip(&counts);
    old.zip(new)
        .flat_map(|(old, (sum, count))| {
            old.iter()
                .zip(sum)
                .map(|(old, sum)| if *count > 0.0 { sum / count } else { *old })
                .collect::<Vec<f32>>()
        })
        .collect()
}

/// The number of the known run that is nearest.
fn nearest(run: &[f32], known: &[f32]) -> usize {
    let mut best = (f32::INFINITY, 0);
    for (number, other) in known.chunks_exact(run.len().max(1)).enumerate() {
        let terms = run.iter().zip(other);
        let distance = terms
            .map(|(left, right)| (left - right) * (left - right))
            .sum();
        if distance < best.0 {
            best = (distance, number);
        }
    }
    best.1
}
