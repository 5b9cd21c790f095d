//! The only module that spawns. A task belongs to a group; dropping the group aborts its tasks, so no
//! task outlives the connection pool, driver or runtime that needs it.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// A group of background tasks that end with it: whoever owns the group owns the work.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let work = cosmokit_driver::TaskGroup::default();
/// work.spawn(async { /* goes on until it ends, or `work` is dropped */ });
/// # });
/// ```
#[derive(Default)]
pub struct TaskGroup(Arc<Mutex<JoinSet<()>>>);

/// A handle that spawns into a group without keeping the group alive. Spawning after the group is gone
/// drops the future.
#[derive(Clone)]
pub(crate) struct TaskSpawner(Weak<Mutex<JoinSet<()>>>);

impl TaskGroup {
    /// Runs `future` on the current tokio runtime until it ends or the group is dropped. Where there is no
    /// runtime, as when something is dropped after it was shut down, the future is dropped.
    ///
    /// Finished tasks are forgotten here, so the group never holds more than the tasks that were alive
    /// at the last spawn.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn_on(future, &runtime);
    }

    pub(crate) fn spawner(&self) -> TaskSpawner {
        TaskSpawner(Arc::downgrade(&self.0))
    }
}

impl fmt::Debug for TaskGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_tuple("TaskGroup").field(&tasks.len()).finish()
    }
}

impl fmt::Debug for TaskSpawner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskSpawner")
    }
}

impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for TaskSpawner {
    fn execute(&self, future: F) {
        if let Some(tasks) = self.0.upgrade() {
            TaskGroup(tasks).spawn(future);
        }
    }
}

/// Runs work that blocks on files on a thread of its own; `None` when the runtime shut down meanwhile.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

#[cfg(test)]
mod tests {
    use hyper::rt::Executor as _;

    use super::*;

    async fn settle() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn dropping_the_group_ends_its_tasks() {
        let alive = Arc::new(());
        let group = TaskGroup::default();
        let held = Arc::clone(&alive);
        group.spawn(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        settle().await;
        assert_eq!(Arc::strong_count(&alive), 2);
        drop(group);
        settle().await;
        assert_eq!(Arc::strong_count(&alive), 1);
    }

    #[test]
    fn without_a_runtime_the_future_is_dropped() {
        let alive = Arc::new(());
        let held = Arc::clone(&alive);
        TaskGroup::default().spawn(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        assert_eq!(Arc::strong_count(&alive), 1);
    }

    #[tokio::test]
    async fn finished_tasks_are_forgotten_and_a_spawner_does_not_keep_the_group() {
        let group = TaskGroup::default();
        for _ in 0..100 {
            group.spawn(async {});
            settle().await;
        }
        assert!(group.0.lock().unwrap().len() <= 1);
        let spawner = group.spawner();
        drop(group);
        let alive = Arc::new(());
        let held = Arc::clone(&alive);
        spawner.execute(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}
