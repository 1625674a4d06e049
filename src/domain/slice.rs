//! A slice of a list that is newest first, and the cursor at which the next one begins: opaque to whoever follows a link, readable
//! to whoever debugs one. A list that is cut always says where it goes on.

use std::{fmt, str::FromStr};

use super::moment::{Moment, to_millis};

/// A place in a list: what is older than this, by time and then by row, comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The row.
    pub id: i64,
}

impl Cursor {
    /// Before everything.
    pub const BEGIN: Self = Self { at: i64::MAX, id: i64::MAX };

    /// The place of one in the list.
    #[must_use]
    pub fn of(at: Moment, id: i64) -> Self {
        Self { at: to_millis(at), id }
    }
}

/// `1793523660000-42`.
impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.at, self.id)
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.split_once('-').ok_or(())?;
        let number = |part: &str| part.parse().ok().filter(|number| *number >= 0).ok_or(());
        Ok(Self { at: number(at)?, id: number(id)? })
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Where it begins.
    pub before: Cursor,
    /// Most things in it.
    pub limit: i64,
}

impl Slice {
    /// From what a link carries; anything that is no cursor means the beginning.
    #[must_use]
    pub fn read(before: Option<&str>, limit: i64) -> Self {
        Self { before: before.and_then(|text| text.parse().ok()).unwrap_or(Cursor::BEGIN), limit }
    }

    /// The same with one more, which tells whether the list goes on.
    #[must_use]
    pub const fn and_one(self) -> Self {
        Self { limit: self.limit + 1, ..self }
    }

    /// Whether it is the first of the list.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.before == Cursor::BEGIN
    }

    /// Takes off the one too many, and tells where the list goes on, if it does.
    pub fn cut<T>(&self, things: &mut Vec<T>, place: impl Fn(&T) -> Cursor) -> Option<Cursor> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if things.len() <= limit {
            return None;
        }
        things.truncate(limit);
        things.last().map(place)
    }
}

/// The first so many.
impl From<i64> for Slice {
    fn from(limit: i64) -> Self {
        Self { before: Cursor::BEGIN, limit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_anything_else_is_the_beginning() {
        let cursor = Cursor { at: 1_793_523_660_000, id: 42 };
        assert_eq!(cursor.to_string(), "1793523660000-42");
        assert_eq!(Slice::read(Some("1793523660000-42"), 30).before, cursor);
        for other in ["", "-", "1", "1-", "-1-1", "1--1", "a-b", "1-2-3", "99999999999999999999-1", "1-2 or 1=1"] {
            assert!(Slice::read(Some(other), 30).is_first(), "{other:?}");
        }
    }

    #[test]
    fn a_list_goes_on_only_where_there_is_more() {
        let (slice, place) = (Slice::from(2), |number: &i64| Cursor { at: *number, id: *number });
        let (mut more, mut all) = (vec![3, 2, 1], vec![2, 1]);
        assert_eq!((slice.cut(&mut more, place), more), (Some(Cursor { at: 2, id: 2 }), vec![3, 2]));
        assert_eq!((slice.cut(&mut all, place), all), (None, vec![2, 1]));
    }
}
