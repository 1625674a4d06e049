//! Trying again what did not arrive: everything, what one host missed, or one delivery. It sends nothing itself.

use super::{Outcome, lab as labs};
use crate::{
    domain::{
        dispatch::Again,
        membership::{Action, Member, require},
        moment::Moment,
    },
    storage::{Tx, dispatch, queue},
};

/// Makes what was not delivered due now, for another 30 days; how many that were. What a block stopped stays stopped.
///
/// # Errors
/// `Refused` where the member may not.
pub fn retry(tx: &mut Tx<'_>, now: Moment, by: Option<&Member>, which: &Again) -> Outcome<usize> {
    require(labs::standing_anywhere(by), Action::Administer)?;
    Ok(match which {
        Again::Everything => dispatch::retry(tx, None, now)? + queue::retry(tx, now)?,
        Again::Host(host) => dispatch::retry(tx, Some(host), now)?,
        Again::One(id) => usize::from(dispatch::retry_one(tx, *id, now)?),
    })
}
