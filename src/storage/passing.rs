//! Which failures pass by themselves: the database is away, busy, or decided for somebody else. It never tries again itself.

use diesel::{
    ConnectionError,
    r2d2::PoolError,
    result::{DatabaseErrorKind, Error},
};

use super::Failed;

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

/// What failed for several at once, as each of them is told, where it may pass.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Shared(String);

/// The same failure once more, for another who waited for the same.
pub(super) fn repeat(failed: &Failed) -> Failed {
    let told = failed.source.to_string();
    if failed.may_pass() { Failed::new(failed.context, Shared(told)) } else { Failed::new(failed.context, told) }
}

/// Whether what failed for this reason may well succeed in a moment.
pub(super) fn may_pass(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    let away = cause.is::<PoolError>() || cause.is::<ConnectionError>() || cause.is::<Shared>();
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

    #[test]
    fn a_failure_that_several_share_is_told_to_each_as_it_is() {
        let locked = Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new("database is locked".to_owned()));
        let shared = repeat(&repeat(&Failed::new("test", locked)));
        assert_eq!((shared.may_pass(), shared.to_string().as_str()), (true, "could not test: database is locked"));
        assert!(!repeat(&Failed::new("test", Error::NotFound)).may_pass());
    }
}
