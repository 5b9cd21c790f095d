//! What the answers that went into one page add up to: attempts, charge, metrics, headers.

use cosmokit_protocol::op::{IndexMetrics, QueryMetrics};
use cosmokit_protocol::status::CosmosStatus;
use cosmokit_protocol::wire::header::{self, ResponseHeaders};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::dataflow::FeedPage;
use crate::diagnostics::Recorder;
use crate::error::CosmosError;
use crate::pipeline::Terms;
use crate::response::CosmosResponse;

/// What the answers that went into a page add up to.
pub(super) struct Tally {
    recorder: Recorder,
    charge: f64,
    headers: HeaderMap,
    answers: u32,
    query_metrics: QueryMetrics,
    index_metrics: Option<IndexMetrics>,
}

impl Tally {
    pub(super) fn new(recorder: Recorder) -> Self {
        Self {
            recorder,
            charge: 0.0,
            headers: HeaderMap::new(),
            answers: 0,
            query_metrics: QueryMetrics::default(),
            index_metrics: None,
        }
    }

    /// Takes in an answer, but for its rows.
    pub(super) fn add(&mut self, response: &CosmosResponse) {
        self.recorder.absorb(response.diagnostics_ref());
        let headers = response.headers();
        self.answers += 1;
        self.charge += headers
            .request_charge()
            .map_or(0.0, |charge| charge.value());
        if let Some(metrics) = headers.query_metrics() {
            self.query_metrics += &QueryMetrics::parse(metrics);
        }
        if let Some(metrics) = headers.index_metrics().and_then(IndexMetrics::parse) {
            self.index_metrics.get_or_insert_default().merge(&metrics);
        }
        self.headers.clone_from(headers.as_map());
    }

    /// The page of these rows.
    pub(super) fn page(mut self, rows: Vec<bytes::Bytes>, terms: &Terms) -> FeedPage {
        self.headers.remove(header::CONTINUATION);
        self.set(header::ITEM_COUNT, rows.len().to_string());
        self.set(header::REQUEST_CHARGE, charge_text(self.charge));
        if self.answers > 1 {
            if !self.query_metrics.is_empty() {
                self.set(header::QUERY_METRICS, self.query_metrics.to_string());
            }
            if let Some(metrics) = &self.index_metrics {
                let text = metrics.to_header();
                self.set(header::INDEX_METRICS, text);
            }
        }
        let status = CosmosStatus::new(StatusCode::OK);
        let headers = ResponseHeaders::from(self.headers);
        let diagnostics = terms.core.conclude_success(self.recorder, status);
        FeedPage::new(rows, status, headers, diagnostics)
    }

    /// The error, with the attempts of the whole page.
    pub(super) fn error(mut self, error: CosmosError, terms: &Terms) -> CosmosError {
        if let Some(attempts) = error.diagnostics() {
            self.recorder.absorb(&attempts);
        }
        terms.core.conclude_failure(error, self.recorder)
    }

    /// Whether nothing was asked.
    pub(super) fn is_empty(&self) -> bool {
        self.answers == 0
    }

    fn set(&mut self, name: HeaderName, text: String) {
        if let Ok(value) = HeaderValue::try_from(text) {
            self.headers.insert(name, value);
        }
    }
}

/// A charge as the service writes it: two digits, no needless zeros.
fn charge_text(charge: f64) -> String {
    let text = format!("{charge:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
