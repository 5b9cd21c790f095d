//! What a query took, over all its pages.

use std::fmt;

use cosmokit::feed::QueryFeedPage;
use cosmokit::models::{IndexMetrics, QueryMetrics};

use crate::stopwatch::Stopwatch;

/// What a query took, over all its pages.
pub(crate) struct Took {
    watch: Stopwatch,
    pages: usize,
    rows: usize,
    requests: usize,
    charge: f64,
    metrics: QueryMetrics,
    indexes: IndexMetrics,
}

impl Took {
    pub(crate) fn start() -> Self {
        Self {
            watch: Stopwatch::start(),
            pages: 0,
            rows: 0,
            requests: 0,
            charge: 0.0,
            metrics: QueryMetrics::default(),
            indexes: IndexMetrics::default(),
        }
    }

    /// Takes in a page.
    pub(crate) fn add<T>(&mut self, page: &QueryFeedPage<T>) {
        self.pages += 1;
        self.rows += page.items().len();
        self.requests += page.diagnostics().request_count();
        let charge = page.headers().request_charge();
        self.charge += charge.map_or(0.0, |charge| charge.value());
        if let Some(metrics) = page.metrics() {
            self.metrics += &metrics;
        }
        if let Some(indexes) = page.indexes() {
            self.indexes.merge(&indexes);
        }
    }
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} rows in {} pages, {} requests, {:.2} RU, {:.1} ms",
            self.rows,
            self.pages,
            self.requests,
            self.charge,
            self.watch.elapsed().as_secs_f64() * 1_000.0,
        )?;
        if !self.metrics.is_empty() {
            writeln!(
                f,
                "documents: {} loaded ({} bytes), {} given ({} bytes); {:.1} ms in the service",
                self.metrics.retrieved_document_count(),
                self.metrics.retrieved_document_bytes(),
                self.metrics.output_document_count(),
                self.metrics.output_document_bytes(),
                self.metrics.total_execution_time().as_secs_f64() * 1_000.0,
            )?;
        }
        write_indexes(f, &self.indexes)
    }
}

/// The indexes of a query, one line for each kind that there are some of.
pub(crate) fn write_indexes(f: &mut impl fmt::Write, indexes: &IndexMetrics) -> fmt::Result {
    let composite = |all: &[Vec<String>]| -> Vec<String> {
        all.iter()
            .map(|paths| format!("({})", paths.join(", ")))
            .collect()
    };
    let rows = [
        ("indexes used", indexes.utilized_single.clone()),
        ("indexes missing", indexes.potential_single.clone()),
        (
            "composite indexes used",
            composite(&indexes.utilized_composite),
        ),
        (
            "composite indexes missing",
            composite(&indexes.potential_composite),
        ),
    ];
    for (name, paths) in rows.iter().filter(|(_, paths)| !paths.is_empty()) {
        writeln!(f, "{name}: {}", paths.join(", "))?;
    }
    Ok(())
}
