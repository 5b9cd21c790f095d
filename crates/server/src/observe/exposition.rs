//! Metrics in the Prometheus text format (version 0.0.4): families with a help line and a type, samples with labels.

use std::fmt::Write as _;

/// A text in the making.
#[derive(Debug, Default)]
pub(crate) struct Exposition(String);

/// What a family of samples measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts in buckets.
    Histogram,
}

impl Exposition {
    /// The content type of the finished text.
    pub(crate) const CONTENT_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// Begins a family; its samples follow.
    pub(crate) fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// A sample of the present family.
    pub(crate) fn sample(
        &mut self,
        name: &str,
        labels: &[(&str, &str)],
        value: impl std::fmt::Display,
    ) {
        self.0.push_str(name);
        for (place, (label, text)) in labels.iter().enumerate() {
            self.0.push(if place == 0 { '{' } else { ',' });
            let _ = write!(self.0, "{label}=\"");
            self.escaped(text);
            self.0.push('"');
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }

    /// The finished text.
    pub(crate) fn finish(self) -> String {
        self.0
    }

    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\\' => self.0.push_str("\\\\"),
                '"' => self.0.push_str("\\\""),
                '\n' => self.0.push_str("\\n"),
                _ => self.0.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_samples_look_as_prometheus_reads_them() {
        let mut text = Exposition::default();
        text.family("a_total", Kind::Counter, "Things.");
        text.sample("a_total", &[], 3);
        text.sample("a_total", &[("x", "1"), ("y", "a\"b\\c\nd")], 0.5);
        let expected = "# HELP a_total Things.\n# TYPE a_total counter\na_total 3\n\
                        a_total{x=\"1\",y=\"a\\\"b\\\\c\\nd\"} 0.5\n";
        assert_eq!(text.finish(), expected);
    }
}
