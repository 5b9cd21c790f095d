//! Causal order across write regions: who sees a write sees what its session had read and written before, whichever
//! region took it. With one write region this is monotonic writes and writes follow reads together.

use super::floor::{self, Foundations, Reach};
use super::{Guarantee, Scope, Verdict, monotonic_writes, writes_follow_reads};
use crate::history::History;

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let mut foundations = Foundations::new();
    monotonic_writes::lay(&mut foundations, history, Reach::AllRegions);
    writes_follow_reads::lay(&mut foundations, history, scope, Reach::AllRegions);
    floor::judge(Guarantee::CausalOrder, history, scope, &foundations)
}
