//! What indexes of vectors promise: how much of the nearest they find, and that they hold what was written.

use std::{collections::BTreeMap, sync::Arc};

use cosmokit_protocol::resource::{
    QuantizerType, VectorDataType, VectorDistanceFunction, VectorEmbedding,
    VectorIndex as Declared, VectorIndexType,
};
use cosmokit_query::Metric;
use proptest::prelude::*;

use super::{Method, Search, VectorIndex, VectorSettings};
use crate::index::key::IndexKey;

const DIMENSIONS: u32 = 24;

/// Numbers from a seed (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From −1 to 1.
    fn unit(&mut self) -> f32 {
        let thousandths = u16::try_from(self.next() % 20_001).unwrap();
        f32::from(thousandths) / 10_000.0 - 1.0
    }

    /// About normal, of deviation one.
    fn normal(&mut self) -> f32 {
        (0..3).map(|_| self.unit()).sum()
    }
}

/// Vectors in clusters, and the middles of these.
struct Clusters {
    numbers: Numbers,
    middles: Vec<Vec<f32>>,
}

impl Clusters {
    fn new(seed: u64) -> Self {
        let mut numbers = Numbers(seed);
        let middles = (0..20).map(|_| (0..DIMENSIONS).map(|_| 3.0 * numbers.unit()).collect());
        let middles = middles.collect();
        Self { numbers, middles }
    }

    fn vector(&mut self) -> Arc<[f32]> {
        let place = usize::try_from(self.numbers.next()).unwrap() % self.middles.len();
        let numbers = &mut self.numbers;
        let middle = self.middles[place].iter();
        middle.map(|element| element + numbers.normal()).collect()
    }
}

fn settings(
    index_type: VectorIndexType,
    function: VectorDistanceFunction,
    change: impl FnOnce(Declared) -> Declared,
) -> Arc<VectorSettings> {
    let embedding = VectorEmbedding::new("/v", VectorDataType::Float32, DIMENSIONS, function);
    let index = change(Declared::new("/v", index_type));
    Arc::new(VectorSettings::of(&index, &embedding).unwrap())
}

fn home() -> IndexKey {
    IndexKey::from_bytes(&[])
}

/// An index that has taken everything in.
fn built(settings: &Arc<VectorSettings>, vectors: &BTreeMap<u64, Arc<[f32]>>) -> VectorIndex {
    let mut index = VectorIndex::empty(settings);
    for (ordinal, vector) in vectors {
        index.add(*ordinal, home(), Some(Arc::clone(vector)));
    }
    index.settle();
    grown(index)
}

fn grown(mut index: VectorIndex) -> VectorIndex {
    while index.is_growing() {
        index.grow();
    }
    index
}

fn search(target: &[f32], metric: Metric, wanted: usize, method: Method) -> Search<'_> {
    Search {
        target,
        metric,
        wanted,
        method,
        from: None,
    }
}

const USUAL: Method = Method::Approximate {
    search_list: 10,
    quantized_list: 5,
};

/// The nearest, by a look at each.
fn nearest(vectors: &BTreeMap<u64, Arc<[f32]>>, target: &[f32], metric: Metric) -> Vec<u64> {
    let wide = |element: &f32| f64::from(*element);
    let length = |vector: &[f32]| vector.iter().map(|e| wide(e) * wide(e)).sum::<f64>().sqrt();
    let farness = |vector: &[f32]| {
        let pairs = || vector.iter().map(wide).zip(target.iter().map(wide));
        let dot: f64 = pairs().map(|(a, b)| a * b).sum();
        match metric {
            Metric::Euclidean => pairs().map(|(a, b)| (a - b) * (a - b)).sum::<f64>(),
            Metric::DotProduct => -dot,
            Metric::Cosine => -dot / (length(vector) * length(target)),
        }
    };
    let mut order: Vec<(f64, u64)> = vectors.iter().map(|(o, v)| (farness(v), *o)).collect();
    order.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    order.into_iter().map(|(_, ordinal)| ordinal).collect()
}

/// How many of the ten nearest are found, of one, and how much is compared for that, of all.
fn recall(
    index: &VectorIndex,
    vectors: &BTreeMap<u64, Arc<[f32]>>,
    clusters: &mut Clusters,
    (metric, method): (Metric, Method),
) -> (f64, f64) {
    let (mut met, mut compared) = (0, 0);
    let searches = 40;
    for _ in 0..searches {
        let target = clusters.vector();
        let found = index.search(&search(&target, metric, 10, method), None);
        compared += found.compared;
        let expected = nearest(vectors, &target, metric);
        let expected = expected.iter().take(10);
        met += expected.filter(|o| found.ordinals.contains(o)).count();
    }
    let ratio = |number: usize, of: usize| {
        f64::from(u32::try_from(number).unwrap()) / f64::from(u32::try_from(of).unwrap())
    };
    (
        ratio(met, 10 * searches),
        ratio(compared, vectors.len() * searches),
    )
}

#[test]
fn indexes_find_the_nearest() {
    for (function, metric) in [
        (VectorDistanceFunction::Euclidean, Metric::Euclidean),
        (VectorDistanceFunction::Cosine, Metric::Cosine),
        (VectorDistanceFunction::DotProduct, Metric::DotProduct),
    ] {
        let mut clusters = Clusters::new(7);
        let vectors: BTreeMap<u64, _> = (0..1_800).map(|o| (o, clusters.vector())).collect();
        let mut check = |index_type: VectorIndexType, change: fn(Declared) -> Declared, method| {
            let is_graph = index_type == VectorIndexType::DiskANN;
            let settings = settings(index_type, function.clone(), change);
            let index = built(&settings, &vectors);
            let (recall, compared) = recall(&index, &vectors, &mut clusters, (metric, method));
            assert!(recall >= 0.95, "{recall} {settings:?}");
            assert!(!is_graph || compared < 0.7, "{compared} {settings:?}");
        };
        let quantized = VectorIndexType::QuantizedFlat;
        check(VectorIndexType::Flat, |index| index, USUAL);
        check(quantized.clone(), |index| index, USUAL);
        let product = |index: Declared| index.with_quantizer_type(QuantizerType::Product);
        check(quantized.clone(), product, USUAL);
        // Four elements in a byte tell little, and need a longer list.
        let few = |index: Declared| index.with_quantization_byte_size(6);
        let long = Method::Approximate {
            search_list: 10,
            quantized_list: 20,
        };
        check(quantized, few, long);
        let short = |index: Declared| index.with_indexing_search_list_size(50);
        check(VectorIndexType::DiskANN, short, USUAL);
    }
}

#[test]
fn few_vectors_and_other_metrics_are_compared_exactly() {
    let mut clusters = Clusters::new(3);
    let vectors: BTreeMap<u64, _> = (0..900).map(|o| (o, clusters.vector())).collect();
    let function = VectorDistanceFunction::Cosine;
    let settings = settings(VectorIndexType::DiskANN, function, |index| index);
    let index = built(&settings, &vectors);
    let target = clusters.vector();
    let found = index.search(&search(&target, Metric::Cosine, 5, USUAL), None);
    assert_eq!(
        found.ordinals[..5],
        nearest(&vectors, &target, Metric::Cosine)[..5]
    );
    assert_eq!(found.compared, 900);
    let more: BTreeMap<u64, _> = (0..1_500).map(|o| (o, clusters.vector())).collect();
    let index = built(&settings, &more);
    let found = index.search(&search(&target, Metric::Euclidean, 5, USUAL), None);
    assert_eq!(
        found.ordinals[..5],
        nearest(&more, &target, Metric::Euclidean)[..5]
    );
    assert_eq!(found.compared, 1_500);
}

#[test]
fn an_exact_search_goes_on_from_a_distance() {
    let mut clusters = Clusters::new(5);
    let vectors: BTreeMap<u64, _> = (0..1_200).map(|o| (o, clusters.vector())).collect();
    let function = VectorDistanceFunction::Euclidean;
    let settings = settings(VectorIndexType::QuantizedFlat, function, |index| index);
    let index = built(&settings, &vectors);
    let target = clusters.vector();
    let expected = nearest(&vectors, &target, Metric::Euclidean);
    let place = vectors[&expected[300]].iter().zip(&*target);
    let squares: f64 = place
        .map(|(a, b)| f64::from(a - b) * f64::from(a - b))
        .sum();
    let found = index.search(
        &Search {
            from: Some(squares.sqrt()),
            ..search(&target, Metric::Euclidean, 20, Method::Exact)
        },
        None,
    );
    assert!(found.ordinals.len() < 40, "{}", found.ordinals.len());
    assert!(
        expected[300..320]
            .iter()
            .all(|o| found.ordinals.contains(o))
    );
}

/// What happens to an index.
#[derive(Clone, Debug)]
enum Step {
    Write(u64),
    Delete(u64),
    Settle,
    Grow,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let run = |ordinals: std::ops::Range<u64>, of: fn(u64) -> Step| {
        (ordinals, 1_u64..400)
            .prop_map(move |(first, count)| (first..first + count).map(of).collect::<Vec<Step>>())
    };
    let part = prop_oneof![
        3 => run(0..1_500, Step::Write),
        2 => run(0..1_500, Step::Delete),
        1 => Just(vec![Step::Settle]),
        2 => Just(vec![Step::Grow; 3]),
    ];
    prop::collection::vec(part, 1..12).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn an_index_that_was_written_to_holds_what_a_new_one_does(steps in steps(), graph: bool, seed: u64) {
        let kind = if graph { VectorIndexType::DiskANN } else { VectorIndexType::QuantizedFlat };
        let settings = settings(kind, VectorDistanceFunction::Euclidean, |index| {
            if graph { index.with_indexing_search_list_size(40) } else { index }
        });
        let mut clusters = Clusters::new(seed);
        let mut vectors: BTreeMap<u64, Arc<[f32]>> = (0..1_400).map(|o| (o, clusters.vector())).collect();
        let mut index = built(&settings, &vectors);
        for step in steps {
            match step {
                Step::Write(ordinal) => {
                    let vector = clusters.vector();
                    if vectors.insert(ordinal, Arc::clone(&vector)).is_some() {
                        index.remove(ordinal, &home());
                    }
                    index.add(ordinal, home(), Some(vector));
                }
                Step::Delete(ordinal) => {
                    if vectors.remove(&ordinal).is_some() {
                        index.remove(ordinal, &home());
                    }
                }
                Step::Settle => index.settle(),
                Step::Grow => index.grow(),
            }
        }
        let mut read = Vec::new();
        for ordinal in 0..2_000 {
            let found = index.read(ordinal, &mut read);
            prop_assert_eq!(found.then_some(&*read), vectors.get(&ordinal).map(|v| &**v));
        }
        let target = clusters.vector();
        let all = index.search(&search(&target, Metric::Euclidean, 5_000, USUAL), None);
        prop_assert!(all.is_all);
        let expected = nearest(&vectors, &target, Metric::Euclidean);
        let mut found = all.ordinals;
        found.sort_unstable();
        prop_assert!(found.iter().eq(vectors.keys()), "what is there");
        let exact = index.search(&search(&target, Metric::Euclidean, 10, Method::Exact), None);
        prop_assert!(expected.iter().take(10).all(|o| exact.ordinals.contains(o)));
        let (recall, _) = recall(&index, &vectors, &mut clusters, (Metric::Euclidean, USUAL));
        prop_assert!(recall >= 0.9, "{} before it has grown", recall);
        let (recall, _) = self::recall(&grown(index), &vectors, &mut clusters, (Metric::Euclidean, USUAL));
        prop_assert!(recall >= 0.95, "{} when it has grown", recall);
    }
}
