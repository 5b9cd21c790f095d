//! A bar chart in the terminal: the largest bar is as wide as the chart, eighths of a cell are drawn.

use std::fmt;

/// Cells of the largest bar.
const WIDTH: f64 = 48.0;

/// The parts of a cell, by eighths.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Named values.
#[derive(Debug, Default)]
pub(crate) struct Bars(Vec<(String, f64)>);

impl Bars {
    /// Adds a bar; a value below 0 has none.
    pub(crate) fn push(&mut self, name: String, value: f64) {
        self.0.push((name, value.max(0.0)));
    }
}

impl fmt::Display for Bars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name.chars().count());
        let width = names.max().unwrap_or(0);
        let largest = self.0.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        for (name, value) in &self.0 {
            let share = if largest > 0.0 { value / largest } else { 0.0 };
            writeln!(f, "  {name:width$}  {} {value:.1}", bar(share * WIDTH))?;
        }
        Ok(())
    }
}

/// A bar of so many cells.
fn bar(cells: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 8 times the width"
    )]
    let eighths = (cells * 8.0).round() as usize;
    let part = EIGHTHS.get(eighths % 8).copied().unwrap_or_default();
    "█".repeat(eighths / 8) + part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_bar_is_as_wide_as_the_chart() {
        let mut bars = Bars::default();
        bars.push("Asia".to_owned(), 100.0);
        bars.push("Europe".to_owned(), 50.0);
        bars.push("none".to_owned(), -1.0);
        let full = "█".repeat(48);
        let half = "█".repeat(24);
        assert_eq!(
            bars.to_string(),
            format!("  Asia    {full} 100.0\n  Europe  {half} 50.0\n  none     0.0\n")
        );
        assert_eq!(Bars::default().to_string(), "");
        assert_eq!(bar(1.5), "█▌");
    }
}
