//! What a query tells about itself: how long its parts took, what was looked at, which indexes
//! served it.
//!
//! Times are the account's clock's, in its milliseconds; what is not measured apart is zero.

use std::fmt::Write as _;

use cosmokit_query::{Program, value::Value};

use super::{page::QueryPage, run::Run};
use crate::{
    account::Call,
    clock::Timestamp,
    index::rules::IndexRules,
    request::{IndexMetricsForm, Populate, QuerySettings},
    response::MetricsFacts,
};

/// Reads the clock where metrics are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopwatch {
    begun: Option<Timestamp>,
    compiled: Option<Timestamp>,
}

impl Stopwatch {
    /// Begins.
    pub(super) fn start(call: &Call<'_>, settings: QuerySettings) -> Self {
        let wanted = settings.query_metrics == Populate::Yes;
        Self {
            begun: wanted.then(|| call.now()),
            compiled: None,
        }
    }

    /// The text is a program.
    pub(super) fn compiled(self, call: &Call<'_>) -> Self {
        Self {
            compiled: self.begun.map(|_| call.now()),
            ..self
        }
    }
}

/// What is told of a page, if anything.
pub(super) fn metrics(
    run: &Run<'_, '_>,
    page: &QueryPage,
    watch: Stopwatch,
    settings: QuerySettings,
) -> Option<Box<MetricsFacts>> {
    let query = query_metrics(run, page, watch);
    let index = settings.index_metrics.map(|form| {
        let rules = &run.container.rules.indexes;
        (form, index_metrics(run.program, run.arguments, rules, form))
    });
    (query.is_some() || index.is_some()).then(|| Box::new(MetricsFacts { query, index }))
}

fn index_metrics(
    program: &Program,
    arguments: &[Value<'static>],
    rules: &IndexRules,
    form: IndexMetricsForm,
) -> String {
    let metrics = program.index_metrics(arguments, rules);
    let json = match form {
        IndexMetricsForm::First => metrics.to_first_version(),
        IndexMetricsForm::Second => metrics.to_second_version(),
    };
    json.to_string()
}

fn query_metrics(run: &Run<'_, '_>, page: &QueryPage, watch: Stopwatch) -> Option<String> {
    let (begun, compiled) = (watch.begun?, watch.compiled?);
    let ended = run.call.now();
    let looked = run.looked;
    let ratio = if looked.items == 0 {
        0.0
    } else {
        count(looked.matched) / count(looked.items)
    };
    let mut text = String::with_capacity(640);
    let mut time = |name: &str, from: Timestamp, until: Timestamp| {
        let millis = until.since(from).as_secs_f64() * 1_000.0;
        put(&mut text, name, format_args!("{millis:.2}"));
    };
    time("totalExecutionTimeInMs", begun, ended);
    time("queryCompileTimeInMs", begun, compiled);
    time("queryLogicalPlanBuildTimeInMs", begun, begun);
    time("queryPhysicalPlanBuildTimeInMs", begun, begun);
    time("queryOptimizationTimeInMs", begun, begun);
    time("VMExecutionTimeInMs", compiled, ended);
    time("indexLookupTimeInMs", begun, begun);
    put(
        &mut text,
        "instructionCount",
        format_args!("{}", looked.steps),
    );
    for name in [
        "documentLoadTimeInMs",
        "systemFunctionExecuteTimeInMs",
        "userFunctionExecuteTimeInMs",
    ] {
        put(&mut text, name, format_args!("0.00"));
    }
    for (name, number) in [
        ("retrievedDocumentCount", looked.items),
        ("retrievedDocumentSize", looked.bytes),
        ("outputDocumentCount", page.rows().len()),
        ("outputDocumentSize", page.bytes()),
    ] {
        put(&mut text, name, format_args!("{number}"));
    }
    put(&mut text, "writeOutputTimeInMs", format_args!("0.00"));
    put(
        &mut text,
        "indexUtilizationRatio",
        format_args!("{ratio:.2}"),
    );
    Some(text)
}

fn put(text: &mut String, name: &str, value: std::fmt::Arguments<'_>) {
    let separator = if text.is_empty() { "" } else { ";" };
    let _written = write!(text, "{separator}{name}={value}");
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
