//! The condition of a patch: SQL from `FROM` on, which must hold for the item as it is.

use cosmokit_query::{Environment, Execution, Program, QueryError, Schema};

use crate::{
    account::Call, metadata::container::Container, partition::version::Version, refuse,
    response::Failure, sql,
};

/// Steps that one condition may take: functions over an item of the greatest size fit.
const STEPS: u64 = 1_000_000;

/// A condition that was read.
#[derive(Debug)]
pub(super) struct PatchCondition(Program);

impl PatchCondition {
    /// Reads the text of a condition, such as `from c where c.status = 'open'`.
    ///
    /// # Errors
    /// 400 when it is no such text.
    pub(super) fn read(text: &str, container: &Container) -> Result<Self, Failure> {
        let query = format!("SELECT VALUE true {text}");
        let schema = Schema::of(&container.properties());
        Program::compile(&query, &schema)
            .map(Self)
            .map_err(|error| wrong(&error))
    }

    /// 412/1110 when the condition does not hold.
    ///
    /// # Errors
    /// As above; 400 when evaluating it fails.
    pub(super) fn check(&self, call: &Call<'_>, present: &Version) -> Result<(), Failure> {
        let environment = sql::environment(call, STEPS);
        match self.holds(environment, &present.body) {
            Ok(true) => Ok(()),
            Ok(false) => Err(refuse::patch_condition_failed()),
            Err(error) => Err(wrong(&error)),
        }
    }

    /// It holds when the item gives a row.
    fn holds(&self, environment: Environment<'_>, item: &[u8]) -> Result<bool, QueryError> {
        let mut holds = false;
        let mut row = |_: &[u8]| holds = true;
        let arguments = self.0.arguments([]);
        let mut execution = Execution::new(&self.0, &arguments, environment)?;
        execution.push(item, &mut row)?;
        execution.finish(&mut row)?;
        Ok(holds)
    }
}

fn wrong(error: &QueryError) -> Failure {
    refuse::bad_request(format!("the condition of the patch: {error}"))
}
