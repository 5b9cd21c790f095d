//! Trouble with the network between clients and account.

use super::Trouble;
use super::play::note;
use crate::world::{World, sleep};

pub(super) async fn lose_requests(world: &World, trouble: &Trouble, share: u32) {
    note(world, trouble);
    world.losses().lose_requests(share);
    sleep(trouble.lasts).await;
    world.losses().lose_requests(0);
}

pub(super) async fn lose_answers(world: &World, trouble: &Trouble, share: u32) {
    note(world, trouble);
    world.losses().lose_answers(share);
    sleep(trouble.lasts).await;
    world.losses().lose_answers(0);
}
