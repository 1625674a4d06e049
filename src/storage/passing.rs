//! Which failures pass by themselves: the database is away, busy, or decided for somebody else. It never tries again itself.

use diesel::{
    ConnectionError,
    r2d2::PoolError,
    result::{DatabaseErrorKind, Error},
};

/// What the databases say when it may pass, where no kind of error says so.
const PASSING: [&str; 7] = [
    "database is locked",
    "deadlock detected",
    "terminating connection",
    "the database system is",
    "server closed the connection",
    "lock timeout",
    "no connection to the server",
];

/// Whether what failed for this reason may well succeed in a moment.
pub(super) fn may_pass(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    let away = cause.is::<PoolError>() || cause.is::<ConnectionError>();
    away || cause.downcast_ref::<Error>().is_some_and(passes)
}

fn passes(error: &Error) -> bool {
    match error {
        Error::BrokenTransactionManager => true,
        Error::DatabaseError(kind, told) => {
            let known = matches!(
                kind,
                DatabaseErrorKind::SerializationFailure
                    | DatabaseErrorKind::ClosedConnection
                    | DatabaseErrorKind::UnableToSendCommand
            );
            known || PASSING.iter().any(|words| told.message().contains(words))
        }
        Error::RollbackErrorOnCommit { rollback_error, commit_error } => passes(rollback_error) || passes(commit_error),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Failed;

    fn said(kind: DatabaseErrorKind, message: &str) -> bool {
        Failed::new("test", Error::DatabaseError(kind, Box::new(message.to_owned()))).may_pass()
    }

    #[test]
    fn a_database_that_is_busy_or_away_may_pass_and_a_mistake_of_ours_does_not() {
        assert!(said(DatabaseErrorKind::SerializationFailure, "could not serialize access"));
        assert!(said(DatabaseErrorKind::Unknown, "deadlock detected") && said(DatabaseErrorKind::Unknown, "database is locked"));
        assert!(!said(DatabaseErrorKind::UniqueViolation, "duplicate key") && !said(DatabaseErrorKind::Unknown, "no such table"));
        assert!(!Failed::new("test", Error::NotFound).may_pass() && !Failed::new("test", "something else").may_pass());
    }
}
