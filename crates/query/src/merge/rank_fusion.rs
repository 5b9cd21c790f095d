//! Reciprocal rank fusion: rows ordered by several scores at once.

use std::cmp::Ordering;

use crate::ast::Direction;

/// What is added to every rank: the constant of the published method.
const SMOOTHING: f64 = 60.0;

/// How one component ranks the rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComponentOrder {
    /// Which scores come first.
    pub direction: Direction,
    /// How much the component counts. Negative: it ranks the other way round.
    pub weight: f64,
}

/// The fused scores of rows, from their scores in each component.
///
/// Equal scores share a rank, and the next score has the next rank. `scores` holds one list per row with one score per
/// component; the answer holds one fused score per row.
pub fn fuse(scores: &[Vec<f64>], components: &[ComponentOrder]) -> Vec<f64> {
    let mut fused = vec![0.0; scores.len()];
    for (index, component) in components.iter().enumerate() {
        let score = |row: usize| {
            scores
                .get(row)
                .and_then(|row| row.get(index))
                .copied()
                .unwrap_or(f64::NEG_INFINITY)
        };
        let direction = match (component.weight < 0.0, component.direction) {
            (false, direction) => direction,
            (true, Direction::Ascending) => Direction::Descending,
            (true, Direction::Descending) => Direction::Ascending,
        };
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|left, right| direction.apply(score(*left).total_cmp(&score(*right))));
        let mut rank = 0.0;
        let mut previous: Option<f64> = None;
        for row in order {
            if previous.is_none_or(|previous| previous.total_cmp(&score(row)) != Ordering::Equal) {
                rank += 1.0;
                previous = Some(score(row));
            }
            if let Some(total) = fused.get_mut(row) {
                *total += component.weight.abs() / (SMOOTHING + rank);
            }
        }
    }
    fused
}

/// The rows in the order of their fused scores, best first; equal ones stay in their order.
pub fn ranked(fused: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..fused.len()).collect();
    let score = |row: usize| fused.get(row).copied().unwrap_or(f64::NEG_INFINITY);
    order.sort_by(|left, right| score(*right).total_cmp(&score(*left)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_share_a_rank() {
        let order = |weight| ComponentOrder {
            direction: Direction::Descending,
            weight,
        };
        let scores = [
            vec![3.0, 1.0],
            vec![3.0, 2.0],
            vec![1.0, 2.0],
            vec![0.0, 0.0],
        ];
        let fused = fuse(&scores, &[order(1.0), order(1.0)]);
        let expected = [
            1.0 / 61.0 + 1.0 / 62.0,
            2.0 / 61.0,
            1.0 / 62.0 + 1.0 / 61.0,
            1.0 / 63.0 + 1.0 / 63.0,
        ];
        assert_eq!(fused, expected);
        assert_eq!(ranked(&fused), [1, 0, 2, 3]);
        let inverted = fuse(&scores, &[order(-2.0)]);
        assert_eq!(ranked(&inverted), [3, 2, 0, 1]);
    }
}
