//! A graph of rows, each with some others near it and some on the way to the rest (Vamana, the graph
//! of `DiskANN`: Jayaram Subramanya et al., 2019).
//!
//! Rows are put in one by one, in their order: the first rows of a column are the graph's, the others
//! are not in it yet. A search walks from row to row, always to the nearest that it has not left yet.

use super::{
    bits::Bits,
    column::Column,
    nearness::{Near, Probe},
};
use cosmokit_query::Metric;

/// Rows that a row leads to when they are chosen.
const DEGREE: usize = 32;
/// Rows that it may lead to before they are chosen anew.
const MOST: usize = 48;
/// A row is not led to when another one that is so many times nearer to it is (squared: 1.2 · 1.2).
const SPREAD: f32 = 1.44;

/// Which rows each row leads to.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    /// Of each row, [`MOST`] places.
    places: Vec<u32>,
    /// How many of them are taken.
    counts: Vec<u8>,
    /// Where searches begin.
    entry: u32,
}

/// What a search found.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// The nearest rows, nearest first.
    pub(super) nearest: Vec<Near<u32>>,
    /// Rows that were compared.
    pub(super) compared: usize,
}

impl Graph {
    /// How many rows are in.
    pub(super) fn rows(&self) -> u32 {
        u32::try_from(self.counts.len()).unwrap_or(u32::MAX)
    }

    /// The `list` nearest rows, or nearly so.
    pub(super) fn walk(&self, list: usize, mut nearness: impl FnMut(u32) -> f32) -> Walked {
        let mut walked = Walked::default();
        if self.rows() == 0 || list == 0 {
            return walked;
        }
        let mut seen = Bits::none(self.counts.len());
        let mut left = Bits::none(self.counts.len());
        let mut look = |row: u32, walked: &mut Walked| {
            walked.compared += 1;
            let near = Near {
                nearness: nearness(row),
                row,
            };
            let kept = &mut walked.nearest;
            let place = kept.partition_point(|other| other.order(&near).is_lt());
            if place < list {
                kept.truncate(list - 1);
                kept.insert(place, near);
            }
            place
        };
        seen.insert(self.entry);
        look(self.entry, &mut walked);
        let mut next = 0;
        while let Some(near) = walked.nearest.get(next).copied() {
            if !left.insert(near.row) {
                next += 1;
                continue;
            }
            let mut first = next;
            for other in self.leads_to(near.row) {
                if seen.insert(*other) {
                    first = first.min(look(*other, &mut walked));
                }
            }
            next = first;
        }
        walked
    }

    /// Puts the next row of a column in; returns how many rows were compared.
    pub(super) fn link(&mut self, column: &Column, metric: Metric, list: usize) -> usize {
        let row = self.rows();
        let space = Space { column, metric };
        let probe = space.probe(row);
        let walked = self.walk(list, |other| space.distance(&probe, other));
        self.counts.push(0);
        self.places.resize(self.places.len() + MOST, u32::MAX);
        let mut compared = walked.compared;
        let chosen = space.spread(walked.nearest, &mut compared);
        for near in &chosen {
            self.lead_back(near.row, *near, row, &space, &mut compared);
        }
        self.set(row, chosen.iter().map(|near| near.row));
        compared
    }

    /// The graph without the rows that stay not; `moved` is the new number of each that does. The ways through a row
    /// that goes lead to where it led.
    pub(super) fn without(&self, moved: &[Option<u32>], column: &Column, metric: Metric) -> Self {
        let space = Space { column, metric };
        let new = |row: u32| {
            let place = usize::try_from(row).ok();
            place.and_then(|place| moved.get(place)).copied().flatten()
        };
        let mut graph = Self::default();
        let rows = (0..self.rows()).filter(|row| new(*row).is_some());
        let rows: Vec<u32> = rows.collect();
        graph.counts = vec![0; rows.len()];
        graph.places = vec![u32::MAX; rows.len() * MOST];
        graph.entry = new(self.entry)
            .or_else(|| self.leads_to(self.entry).iter().find_map(|row| new(*row)))
            .unwrap_or(0);
        for row in rows {
            let Some(at) = new(row) else { continue };
            let is_whole = self.leads_to(row).iter().all(|other| new(*other).is_some());
            if is_whole {
                graph.set(
                    at,
                    self.leads_to(row).iter().filter_map(|other| new(*other)),
                );
                continue;
            }
            let through = self.leads_to(row).iter().flat_map(|other| {
                let is_gone = new(*other).is_none();
                let behind = if is_gone {
                    self.leads_to(*other)
                } else {
                    std::slice::from_ref(other)
                };
                behind.iter().filter_map(|row| new(*row))
            });
            let mut others: Vec<u32> = through.filter(|other| *other != at).collect();
            others.sort_unstable();
            others.dedup();
            let probe = space.probe(at);
            let near = |row: u32| Near {
                nearness: space.distance(&probe, row),
                row,
            };
            let mut nearest: Vec<Near<u32>> = others.into_iter().map(near).collect();
            nearest.sort_unstable_by(Near::order);
            let chosen = space.spread(nearest, &mut 0);
            graph.set(at, chosen.iter().map(|near| near.row));
        }
        graph
    }

    /// Has a row lead to a new one that is this near.
    fn lead_back(
        &mut self,
        from: u32,
        near: Near<u32>,
        new: u32,
        space: &Space<'_>,
        compared: &mut usize,
    ) {
        let near = Near { row: new, ..near };
        if self.append(from, new) {
            return;
        }
        let probe = space.probe(from);
        let of = |row: &u32| Near {
            nearness: space.distance(&probe, *row),
            row: *row,
        };
        let mut nearest: Vec<Near<u32>> = self.leads_to(from).iter().map(of).collect();
        *compared += nearest.len();
        nearest.push(near);
        nearest.sort_unstable_by(Near::order);
        let chosen = space.spread(nearest, compared);
        self.set(from, chosen.iter().map(|near| near.row));
    }

    fn leads_to(&self, row: u32) -> &[u32] {
        let (start, count) = self.place(row);
        self.places.get(start..start + count).unwrap_or_default()
    }

    fn place(&self, row: u32) -> (usize, usize) {
        let row = usize::try_from(row).unwrap_or(usize::MAX);
        let count = self.counts.get(row).copied().unwrap_or_default();
        (row.saturating_mul(MOST), count.into())
    }

    /// Whether there was a place left.
    fn append(&mut self, row: u32, other: u32) -> bool {
        let (start, count) = self.place(row);
        if count >= MOST {
            return false;
        }
        if let Some(place) = self.places.get_mut(start + count) {
            *place = other;
        }
        self.set_count(row, count + 1);
        true
    }

    fn set(&mut self, row: u32, others: impl Iterator<Item = u32>) {
        let (start, _) = self.place(row);
        let places = self.places.get_mut(start..start + MOST);
        let mut count = 0;
        for (place, other) in places.into_iter().flatten().zip(others) {
            *place = other;
            count += 1;
        }
        self.set_count(row, count);
    }

    fn set_count(&mut self, row: u32, count: usize) {
        let row = usize::try_from(row).unwrap_or(usize::MAX);
        if let (Some(place), Ok(count)) = (self.counts.get_mut(row), u8::try_from(count)) {
            *place = count;
        }
    }
}

/// The rows of a column, and how far they lie from each other.
struct Space<'c> {
    column: &'c Column,
    metric: Metric,
}

impl Space<'_> {
    fn probe(&self, row: u32) -> Probe {
        self.column.probe(row, self.metric)
    }

    /// The square of a distance, in the space where the nearest are those of the metric. For dot products, vectors get
    /// one more element that makes all of them as long as the longest.
    fn distance(&self, probe: &Probe, row: u32) -> f32 {
        let nearness = self.column.nearness(probe, row);
        match self.metric {
            Metric::Euclidean => nearness,
            Metric::Cosine => 2.0 * (1.0 + nearness),
            Metric::DotProduct => {
                let length = self.column.length(row);
                let (own, other) = (self.rest(probe.length), self.rest(length));
                let squares = probe.length * probe.length + length * length;
                squares + 2.0 * nearness + (own - other) * (own - other)
            }
        }
    }

    fn rest(&self, length: f32) -> f32 {
        let longest = self.column.longest();
        (longest * longest - length * length).max(0.0).sqrt()
    }

    /// Of the nearest rows, those to lead to: each that no chosen one is much nearer to.
    fn spread(&self, nearest: Vec<Near<u32>>, compared: &mut usize) -> Vec<Near<u32>> {
        let mut chosen: Vec<Near<u32>> = Vec::with_capacity(DEGREE);
        for near in nearest {
            if chosen.len() >= DEGREE {
                break;
            }
            let probe = self.probe(near.row);
            let is_covered = |other: &Near<u32>| {
                *compared += 1;
                SPREAD * self.distance(&probe, other.row) < near.nearness
            };
            if !chosen.iter().any(is_covered) {
                chosen.push(near);
            }
        }
        chosen
    }
}
