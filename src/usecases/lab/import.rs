//! Labs from a table: what each row would make or change, and all of it at once. One row that is wrong means that nothing happens.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{KeyPair, describe, end, register, standing_anywhere};
use crate::{
    domain::{
        actor::Handle,
        lab::{
            Lab, LabKind, LabProfile, NewLab,
            sheet::{CellProblem, Column, PROBLEMS, Row, Sheet, parts},
        },
        links::Links,
        membership::{Action, Member, require},
        moment::Moment,
        peer::Account,
        picture::Picture,
        profile::{Day, Filled, State},
        refusal::Refused,
        text,
        theme::Slug,
    },
    storage::{Tx, actor, lab, theme},
    usecases::Outcome,
};

/// What one row does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Registers a lab, and ends it where it says so.
    Register(NewLab, Option<Day>),
    /// Describes one anew; with what is new.
    Describe(Handle, LabProfile, Option<Picture>, Vec<&'static str>),
    /// Nothing: the lab says all of it already.
    Leave(Handle),
}

/// What a table does, row by row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// One for each row.
    pub steps: Vec<Step>,
}

impl Plan {
    /// How many labs are new: each needs a key pair.
    #[must_use]
    pub fn count_new(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Register(..))).count()
    }

    /// How many labs are described anew.
    #[must_use]
    pub fn count_changed(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Describe(..))).count()
    }
}

/// A plan, or everything that is wrong with the table: at most [`PROBLEMS`] of it, and how much there is.
pub type Planned = Result<Plan, (Vec<CellProblem>, usize)>;

/// Says what a table would do, and does nothing. A lab that exists is changed only where `update` says so.
///
/// # Errors
/// `Refused` where the member may not.
pub fn plan(tx: &mut Tx<'_>, links: &Links, by: Option<&Member>, sheet: &Sheet, update: bool) -> Outcome<Planned> {
    require(standing_anywhere(by), Action::Administer)?;
    let words = Words::read(tx)?;
    let mut problems = sheet.problems.clone();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut steps = Vec::with_capacity(sheet.rows.len());
    for row in &sheet.rows {
        let before = problems.len();
        problems.extend(row.check());
        let handle = read_handle(row, links).map_err(|problem| problems.push(problem)).ok();
        let themes = words.find_all(row).map_err(|wrong| problems.extend(wrong)).ok();
        let Some(handle) = handle else { continue };
        if let Some(first) = seen.insert(handle.as_str().to_owned(), row.number) {
            problems
                .push(row.problem(Column::Handle, Refused::conflict("table-twice").with("handle", &handle).with("row", first)));
        }
        let known = lab::find(tx, handle.as_str())?;
        if let Some(refused) = refuse(tx, &handle, known.as_ref(), update)? {
            problems.push(row.problem(Column::Handle, refused));
        }
        let Some(themes) = themes.filter(|_| problems.len() == before) else { continue };
        match decide(tx, row, handle, known, themes)? {
            Ok(step) => steps.push(step),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        return Ok(Ok(Plan { steps }));
    }
    problems.sort_by_key(|problem| problem.row);
    let count = problems.len();
    problems.truncate(PROBLEMS);
    Ok(Err((problems, count)))
}

/// Does what a table says: all of it or nothing. There is a key pair for each new lab.
///
/// # Errors
/// `Refused` where the member may not, or more labs are new than a moment ago.
pub fn import(
    tx: &mut Tx<'_>,
    now: Moment,
    links: &Links,
    by: Option<&Member>,
    (sheet, update): (&Sheet, bool),
    keys: &[KeyPair],
) -> Outcome<Planned> {
    let plan = match plan(tx, links, by, sheet, update)? {
        Ok(plan) => plan,
        wrong => return Ok(wrong),
    };
    let mut keys = keys.iter();
    for step in &plan.steps {
        match step {
            Step::Register(new, ended) => {
                let keys = keys.next().ok_or_else(|| Refused::conflict("table-meanwhile"))?;
                register(tx, now, links, keys, by, new.clone())?;
                if new.profile.profile.state == State::Ended {
                    end(tx, now, by, new.handle.as_str(), (*ended, None))?;
                }
            }
            Step::Describe(handle, profile, picture, _) => {
                describe(tx, now, links, by, handle.as_str(), (profile.clone(), picture.clone()))?;
            }
            Step::Leave(_) => {}
        }
    }
    Ok(Ok(plan))
}

/// The handle of a row; an address counts where it is one of ours.
fn read_handle(row: &Row, links: &Links) -> Result<Handle, CellProblem> {
    let (column, cell) = match row.find(Column::Handle).filter(|cell| !cell.trim().is_empty()) {
        Some(cell) => (Column::Handle, cell.trim()),
        None => (Column::Address, row.find(Column::Address).unwrap_or_default().trim()),
    };
    let column = if row.find(column).is_none() { Column::Handle } else { column };
    let handle = match cell.contains('@').then(|| Account::parse(cell)) {
        Some(Ok(account)) if account.host == links.host() => Ok(account.handle),
        Some(Ok(account)) => Err(Refused::invalid("table-host").with("host", account.host)),
        Some(Err(refused)) => Err(refused),
        None => Ok(cell.to_owned()),
    };
    handle.and_then(|handle| Handle::parse(&handle)).map_err(|refused| row.problem(column, refused))
}

fn refuse(tx: &mut Tx<'_>, handle: &Handle, known: Option<&Lab>, update: bool) -> Outcome<Option<Refused>> {
    if known.is_some() {
        let exists = || Refused::conflict("table-exists").with("handle", handle);
        return Ok((!update).then(exists));
    }
    let taken = actor::find_local(tx, handle.as_str())?;
    Ok(taken.map(|_| Refused::conflict("handle-taken").with("handle", handle)))
}

fn decide(
    tx: &mut Tx<'_>,
    row: &Row,
    handle: Handle,
    known: Option<Lab>,
    themes: Option<Vec<Slug>>,
) -> Outcome<Result<Step, CellProblem>> {
    let Some(known) = known else { return Ok(decide_new(row, handle, themes.unwrap_or_default())) };
    let shown: Vec<Slug> = theme::list_shown(tx, &[known.actor.id])?.into_iter().filter_map(|(_, theme)| theme.slug).collect();
    let themes = themes.unwrap_or_else(|| shown.clone());
    let (old, name) = (known.profile.fill(), row.find(Column::Name).unwrap_or(&known.actor.name));
    let summary = row.find(Column::Summary).unwrap_or(&known.description);
    let filled = row.over(old.clone());
    let profile = match LabProfile::read(name, summary, &filled, themes) {
        Ok(profile) => profile,
        Err(refused) => return Ok(Err(row.problem(Column::Handle, refused))),
    };
    let mut fields = differences(&old, &profile.profile.fill());
    fields.extend((profile.name != known.actor.name).then_some("name"));
    fields.extend((profile.description != known.description).then_some("summary"));
    let set = |themes: &[Slug]| themes.iter().cloned().collect::<BTreeSet<_>>();
    fields.extend((set(&profile.themes) != set(&shown)).then_some("themes"));
    let unchanged = fields.is_empty();
    let step = if unchanged { Step::Leave(handle) } else { Step::Describe(handle, profile, known.actor.picture, fields) };
    Ok(Ok(step))
}

fn decide_new(row: &Row, handle: Handle, themes: Vec<Slug>) -> Result<Step, CellProblem> {
    let filled = row.over(Filled { kind: LabKind::Lab.code().to_owned(), ..Filled::default() });
    let (name, summary) = (row.find(Column::Name).unwrap_or_default(), row.find(Column::Summary).unwrap_or_default());
    let profile = LabProfile::read(name, summary, &filled, themes).map_err(|refused| row.problem(Column::Name, refused))?;
    let ended = Day::parse(row.find(Column::Ended).unwrap_or_default()).map_err(|refused| row.problem(Column::Ended, refused))?;
    Ok(Step::Register(NewLab { handle, profile }, ended))
}

/// What differs, by heading.
fn differences(old: &Filled, new: &Filled) -> Vec<&'static str> {
    let fields = [
        (Column::Kind, old.kind == new.kind),
        (Column::State, old.state == new.state),
        (Column::Place, old.place == new.place),
        (Column::Languages, old.languages == new.languages),
        (Column::OpenTo, old.open_to == new.open_to),
        (Column::Mandate, old.mandate == new.mandate),
        (Column::Founded, old.founded == new.founded),
    ];
    fields.into_iter().filter(|(_, same)| !same).map(|(column, _)| column.heading()).collect()
}

/// Our themes, by what a cell may call them.
struct Words {
    slugs: BTreeSet<Slug>,
    labels: BTreeMap<String, Slug>,
}

impl Words {
    fn read(tx: &mut Tx<'_>) -> Outcome<Self> {
        let (mut slugs, mut labels) = (BTreeSet::new(), BTreeMap::new());
        for theme in theme::list(tx)? {
            let Some(slug) = theme.slug else { continue };
            labels.extend([&theme.labels.nl, &theme.labels.en].map(|label| (text::fold(label), slug.clone())));
            slugs.insert(slug);
        }
        Ok(Self { slugs, labels })
    }

    /// What a row works on, each once; `None` where the table says nothing of themes.
    fn find_all(&self, row: &Row) -> Result<Option<Vec<Slug>>, Vec<CellProblem>> {
        let by_slug = |part: &str| Slug::parse(part).ok().filter(|slug| self.slugs.contains(slug));
        let by_label = |part: &str| self.labels.get(&text::fold(part)).cloned();
        let (mut found, mut wrong, mut is_said) = (Vec::new(), Vec::new(), false);
        for column in [Column::Themes, Column::ThemesNl, Column::ThemesEn] {
            let Some(cell) = row.find(column) else { continue };
            is_said = true;
            let between: &[char] = if column == Column::Themes { &[';', ',', ' '] } else { &[';'] };
            for part in parts(cell, between) {
                match if column == Column::Themes { by_slug(part) } else { by_label(part) } {
                    Some(slug) if found.contains(&slug) => {}
                    Some(slug) => found.push(slug),
                    None => wrong.push(row.problem(column, Refused::unknown("theme-unknown").with("slug", part))),
                }
            }
        }
        if wrong.is_empty() { Ok(Some(found).filter(|_| is_said)) } else { Err(wrong) }
    }
}
