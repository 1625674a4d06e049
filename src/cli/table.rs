//! Lists: aligned columns for people, an array of objects for machines.

use serde::Serialize;

use super::{Installation, say, trouble::Trouble, warn};
use crate::storage::Failed;

/// A row of a list. Its JSON object has the same fields, by name.
pub trait Row: Serialize {
    /// What stands above the columns.
    const HEADINGS: &'static [&'static str];

    /// The same for people, one text per column.
    fn cells(&self) -> Vec<String>;
}

/// Shows rows as a table, or as JSON.
///
/// # Errors
/// `Failed` where a row cannot be written as JSON.
pub fn show<R: Row>(rows: &[R], json: bool) -> Result<(), Trouble> {
    if json {
        return show_json(&rows);
    }
    let cells: Vec<Vec<String>> = rows.iter().map(Row::cells).collect();
    say(lay_out(R::HEADINGS, &cells));
    Ok(())
}

/// Shows one thing as JSON.
///
/// # Errors
/// `Failed` where it cannot be written as JSON.
pub fn show_json(value: &impl Serialize) -> Result<(), Trouble> {
    say(serde_json::to_string_pretty(value).map_err(Failed::because("write JSON"))?);
    Ok(())
}

/// Says so where a list stops at its limit: what is not shown must not look as if it were not there.
pub fn note_limit(installation: &Installation, shown: usize, limit: usize) {
    if shown >= limit {
        warn(installation.message("cli-list-limited", &[("limit", limit.to_string())]));
    }
}

/// Headings and rows in columns, two spaces apart, without spaces at the end of a line.
pub fn lay_out(headings: &[&str], rows: &[Vec<String>]) -> String {
    let first: Vec<String> = headings.iter().map(|heading| heading.to_uppercase()).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&first).chain(rows).collect();
    let width = |column: usize| all.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..headings.len()).map(|column| width(column).unwrap_or(0)).collect();
    let lines: Vec<String> = all.iter().map(|row| lay_out_row(row, &widths)).collect();
    lines.join("\n")
}

fn lay_out_row(row: &[String], widths: &[usize]) -> String {
    let padded: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
    padded.join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["één".to_owned(), "x".to_owned()], vec!["spoor_en_weg".to_owned(), String::new()]];
        assert_eq!(lay_out(&["handle", "n"], &rows), "HANDLE        N\néén           x\nspoor_en_weg");
    }
}
