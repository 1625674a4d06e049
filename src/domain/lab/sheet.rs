//! A table of labs as spreadsheets write one: which row says what under which heading. It knows what a cell may hold, not which labs
//! there are.

use std::collections::BTreeMap;

use super::{LabKind, LabProfile};
use crate::domain::{profile::Filled, refusal::Refused};

/// Most bytes of a file.
pub const BYTES: usize = 5 * 1024 * 1024;
/// Most rows below the headings.
pub const ROWS: usize = 10_000;
/// Most problems that are told at once.
pub const PROBLEMS: usize = 50;

/// What can stand under a heading. Those of our own table that nobody imports are known, and left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The name before the at sign.
    Handle,
    /// The same with the host behind it, as our own table writes it.
    Address,
    /// What people read.
    Name,
    /// What it is about, in Markdown.
    Summary,
    /// Its kind.
    Kind,
    /// Where it stands.
    State,
    /// Where it is.
    Place,
    /// In which languages it works.
    Languages,
    /// What others may come for.
    OpenTo,
    /// By whose order it works.
    Mandate,
    /// When it was founded.
    Founded,
    /// When it ended.
    Ended,
    /// What it works on, by the words in the addresses of our themes.
    Themes,
    /// The same, by what our themes are called in Dutch.
    ThemesNl,
    /// The same, by what our themes are called in English.
    ThemesEn,
}

impl Column {
    const ALL: [Self; 15] = [
        Self::Handle,
        Self::Address,
        Self::Name,
        Self::Summary,
        Self::Kind,
        Self::State,
        Self::Place,
        Self::Languages,
        Self::OpenTo,
        Self::Mandate,
        Self::Founded,
        Self::Ended,
        Self::Themes,
        Self::ThemesNl,
        Self::ThemesEn,
    ];

    /// What our table has beside that.
    const LEFT_ALONE: [&str; 10] = [
        "url",
        "organisation",
        "organisation_kind",
        "host",
        "followers",
        "participants",
        "active",
        "domain_registered_to",
        "domain_registered_tooi",
        "domain_registered_date",
    ];

    /// Its heading.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Handle => "handle",
            Self::Address => "address",
            Self::Name => "name",
            Self::Summary => "summary",
            Self::Kind => "kind",
            Self::State => "state",
            Self::Place => "place",
            Self::Languages => "languages",
            Self::OpenTo => "open_to",
            Self::Mandate => "mandate",
            Self::Founded => "founded",
            Self::Ended => "ended",
            Self::Themes => "themes",
            Self::ThemesNl => "themes_nl",
            Self::ThemesEn => "themes_en",
        }
    }

    /// Reads a heading; `None` for one that is left alone.
    fn parse(heading: &str) -> Result<Option<Self>, Refused> {
        let heading = heading.trim().to_lowercase().replace([' ', '-'], "_");
        let known = Self::ALL.into_iter().find(|column| column.heading() == heading);
        if known.is_none() && !Self::LEFT_ALONE.contains(&heading.as_str()) {
            let all = Self::ALL.map(Self::heading).join(", ");
            return Err(Refused::invalid("table-heading").with("given", heading).with("known", all));
        }
        Ok(known)
    }
}

/// What is wrong with a cell, or with a whole row where the heading is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellProblem {
    /// The row, as a spreadsheet counts: the headings are row 1.
    pub row: usize,
    /// The heading.
    pub heading: &'static str,
    /// What is wrong.
    pub refused: Refused,
}

/// A row, by what stands in it. A column that the table does not have is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number, as a spreadsheet counts.
    pub number: usize,
    cells: BTreeMap<Column, String>,
}

impl Row {
    /// What stands under a heading, where the table has it.
    #[must_use]
    pub fn find(&self, column: Column) -> Option<&str> {
        self.cells.get(&column).map(String::as_str)
    }

    /// A problem with a cell of this row.
    #[must_use]
    pub const fn problem(&self, column: Column, refused: Refused) -> CellProblem {
        CellProblem { row: self.number, heading: column.heading(), refused }
    }

    /// What the row says over what was said before.
    #[must_use]
    pub fn over(&self, old: Filled) -> Filled {
        let said = |column, old: String| self.find(column).map_or(old, |cell| cell.trim().to_owned());
        let open_to = self.find(Column::OpenTo).map(|cell| parts(cell, &[';', ',', ' ']).map(str::to_owned).collect());
        Filled {
            kind: Some(said(Column::Kind, old.kind.clone())).filter(|kind| !kind.is_empty()).unwrap_or(old.kind),
            state: said(Column::State, old.state),
            place: said(Column::Place, old.place),
            languages: said(Column::Languages, old.languages),
            open_to: open_to.unwrap_or(old.open_to),
            mandate: said(Column::Mandate, old.mandate),
            founded: said(Column::Founded, old.founded),
        }
    }

    /// Everything that is wrong with what stands in it, cell by cell.
    #[must_use]
    pub fn check(&self) -> Vec<CellProblem> {
        let alone = |column: Column| -> Option<Refused> {
            let cell = self.find(column)?;
            let cells = BTreeMap::from([(column, cell.to_owned())]);
            let filled =
                Self { number: self.number, cells }.over(Filled { kind: LabKind::Lab.code().to_owned(), ..Filled::default() });
            let name = if column == Column::Name { cell } else { "x" };
            let summary = if column == Column::Summary { cell } else { "" };
            LabProfile::read(name, summary, &filled, Vec::new()).err()
        };
        Column::ALL.into_iter().filter_map(|column| Some(self.problem(column, alone(column)?))).collect()
    }
}

/// Parts of a cell, without what is blank.
pub fn parts<'c>(cell: &'c str, between: &'c [char]) -> impl Iterator<Item = &'c str> {
    cell.split(between).map(str::trim).filter(|part| !part.is_empty())
}

/// A table of labs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The rows below the headings, but for blank ones.
    pub rows: Vec<Row>,
    /// Rows that could not be read.
    pub problems: Vec<CellProblem>,
}

impl Sheet {
    /// Reads a file: UTF-8, with a comma or a semicolon between the cells.
    ///
    /// # Errors
    /// `Refused` where it is too large, in another encoding, or its headings are not known.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        if bytes.len() > BYTES {
            return Err(Refused::invalid("table-too-large").with("limit", BYTES / 1024 / 1024));
        }
        let bare = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
        let text = std::str::from_utf8(bare).ok().filter(|text| !text.contains('\0'));
        let text = text.ok_or_else(|| Refused::invalid("table-encoding"))?;
        let mut reader =
            csv::ReaderBuilder::new().delimiter(sniff(text)).flexible(true).has_headers(false).from_reader(text.as_bytes());
        let mut records = reader.records().map(|record| record.map_err(|_| Refused::invalid("table-encoding")));
        let headings = records.next().transpose()?.ok_or_else(|| Refused::invalid("table-empty"))?;
        let columns = headings.iter().map(Column::parse).collect::<Result<Vec<_>, _>>()?;
        require_headings(&columns)?;
        let mut sheet = Self { rows: Vec::new(), problems: Vec::new() };
        for (at, record) in records.enumerate() {
            if at >= ROWS {
                return Err(Refused::invalid("table-too-long").with("limit", ROWS));
            }
            sheet.add(at + 2, &columns, &record?);
        }
        if sheet.rows.is_empty() && sheet.problems.is_empty() {
            return Err(Refused::invalid("table-empty"));
        }
        Ok(sheet)
    }

    fn add(&mut self, number: usize, columns: &[Option<Column>], record: &csv::StringRecord) {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        if record.len() != columns.len() {
            let refused = Refused::invalid("table-cells").with("count", record.len()).with("wanted", columns.len());
            return self.problems.push(CellProblem { row: number, heading: "", refused });
        }
        let cells = columns.iter().zip(record).filter_map(|(column, cell)| Some(((*column)?, bare(cell).to_owned())));
        self.rows.push(Row { number, cells: cells.collect() });
    }
}

/// Our own table puts an apostrophe before what a spreadsheet would take for a formula.
fn bare(cell: &str) -> &str {
    let rest = cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r']));
    rest.unwrap_or(cell)
}

fn require_headings(columns: &[Option<Column>]) -> Result<(), Refused> {
    for (at, column) in columns.iter().enumerate() {
        if let Some(column) = column
            && columns[..at].contains(&Some(*column))
        {
            return Err(Refused::invalid("table-heading-twice").with("given", column.heading()));
        }
    }
    let has = |column| columns.contains(&Some(column));
    if has(Column::Handle) || has(Column::Address) { Ok(()) } else { Err(Refused::invalid("table-no-handle")) }
}

/// What stands between the headings: a semicolon where there are more of them than commas.
fn sniff(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> &'static str {
        Sheet::parse(bytes).unwrap_err().key
    }

    #[test]
    fn a_table_is_read_with_commas_or_semicolons_and_quoted_lines() {
        let comma = "\u{feff}handle,Name,open to,url\r\nspoor,\"Spoor, en \"\"weg\"\"\nsamen\",visits; questions,x\r\n\r\n,,,\r\noever,Oever,,\r\n";
        let semicolon =
            "handle;name;open_to;url\nspoor;\"Spoor, en \"\"weg\"\"\nsamen\";\"visits; questions\";x\n;;;\n;;;\noever;Oever;;\n";
        for text in [comma, semicolon] {
            let sheet = Sheet::parse(text.as_bytes()).unwrap();
            assert_eq!((sheet.rows.len(), sheet.problems.len()), (2, 0), "{text}");
            let (first, last) = (&sheet.rows[0], &sheet.rows[1]);
            assert_eq!(first.find(Column::Name), Some("Spoor, en \"weg\"\nsamen"));
            assert_eq!(first.over(Filled::default()).open_to, ["visits", "questions"]);
            assert_eq!((first.find(Column::Place), last.find(Column::Name)), (None, Some("Oever")));
            assert_eq!((first.number, first.check()), (2, vec![]));
        }
        assert_eq!(Sheet::parse(b"handle,name\nx,'=1+1\ny,'n Dag").unwrap().rows[0].find(Column::Name), Some("=1+1"));
    }

    #[test]
    fn a_file_that_is_no_such_table_is_refused_with_the_reason() {
        assert_eq!(refused(b"handle,name\nspoor,caf\xe9"), "table-encoding", "Windows-1252");
        assert_eq!(refused(b"\xff\xfeh\0a\0"), "table-encoding", "UTF-16");
        assert_eq!(refused(b""), "table-empty");
        assert_eq!(refused(b"handle,name\n"), "table-empty");
        assert_eq!(refused(b"handle,naem\nx,y"), "table-heading");
        assert_eq!(refused(b"handle,handle\nx,y"), "table-heading-twice");
        assert_eq!(refused(b"name,place\nx,y"), "table-no-handle");
        assert_eq!(refused(&vec![b'x'; BYTES + 1]), "table-too-large");
        assert_eq!(refused(format!("handle\n{}", "x\n".repeat(ROWS + 1)).as_bytes()), "table-too-long");
    }

    #[test]
    fn every_cell_that_is_wrong_is_told_with_its_row_and_heading() {
        let text =
            "handle,name,kind,state,languages,founded\nok,Ok,,,,\nbad,,labb,asleep,dutch,2024-02-30\nshort,x\nopen,\"no end\n";
        let sheet = Sheet::parse(text.as_bytes()).unwrap();
        let wrong: Vec<(usize, &str)> = sheet.rows[1].check().iter().map(|problem| (problem.row, problem.heading)).collect();
        assert_eq!(wrong, [(3, "name"), (3, "kind"), (3, "state"), (3, "languages"), (3, "founded")]);
        let unread: Vec<(usize, &str)> = sheet.problems.iter().map(|problem| (problem.row, problem.refused.key)).collect();
        assert_eq!(unread, [(4, "table-cells"), (5, "table-cells")]);
    }
}
