//! Labs in the API: the directory with the filters of its page, one lab, and what a steward's script registers or describes.

mod view;
mod write;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};

pub use view::{Lab, LabPage, LabReference, Names, OrganisationReference, read_at, silent_since};
pub use write::{__path_add, __path_describe, add, describe};

use super::{
    answer::{Here, further, part, read},
    ask, word,
};
use crate::{
    domain::{
        actor::Actor,
        directory::{Place, Sort, Wanted, Whose},
        lab::LabKind,
        language::LanguageTag,
        links::Links,
        organisation::OrganisationKind,
        profile::{OpenTo, State as LabState},
        refusal::Refused,
        theme::Slug,
    },
    storage::{Failed, Tx, actor, directory},
    usecases::{self, Outcome},
    web::{
        State,
        card::LabList,
        error::{Error, Faults},
    },
};

/// What narrows the directory down; what is left out narrows nothing down.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// What stands in the name, the address, the place or the beginning of the description.
    q: Option<String>,
    /// Whose labs: all that are known here, those of this instance, or those of others.
    #[param(required = false, schema_with = word::whose)]
    #[serde(rename = "where")]
    whose: Option<String>,
    /// Their kind.
    #[param(required = false, schema_with = word::lab_kind)]
    kind: Option<String>,
    /// What they work on: the last part of the address of one of our themes.
    theme: Option<String>,
    /// The kind of their organisation.
    #[param(required = false, schema_with = word::organisation_kind)]
    organisation_kind: Option<String>,
    /// The host of their organisation.
    organisation: Option<String>,
    /// Where they are.
    place: Option<String>,
    /// A language they work in, as a BCP 47 tag.
    language: Option<String>,
    /// Where they stand.
    #[param(required = false, schema_with = word::state)]
    state: Option<String>,
    /// What they are open to.
    #[param(required = false, schema_with = word::open_to)]
    open_to: Option<String>,
    /// The letter their name begins with; `#` for what is no letter.
    letter: Option<String>,
    /// In which order: who shared something last, by name, or who began last comes first.
    #[param(required = false, schema_with = word::sort)]
    sort: Option<String>,
    /// How many labs are wanted.
    #[param(required = false, schema_with = word::limit)]
    limit: Option<String>,
    /// Where the part begins, as `next` says it: to be followed, not made.
    after: Option<String>,
}

impl Asked {
    /// What is wanted, from where on, and how many.
    fn parse(&self) -> Result<(Wanted, Place, usize), Error> {
        let mut faults = Faults::default();
        self.check(&mut faults);
        let pairs = [
            ("q", &self.q),
            ("where", &self.whose),
            ("kind", &self.kind),
            ("theme", &self.theme),
            ("organisation_kind", &self.organisation_kind),
            ("organisation", &self.organisation),
            ("place", &self.place),
            ("language", &self.language),
            ("state", &self.state),
            ("open_to", &self.open_to),
            ("letter", &self.letter),
            ("sort", &self.sort),
        ];
        let wanted = Wanted::read(pairs.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))));
        if self.letter.is_some() && wanted.letter.is_none() {
            faults.take("letter", Err::<(), _>(Refused::invalid("api-letter")));
        }
        let after = faults.read("after", self.after.as_deref(), |given| read_place(given, wanted.sort));
        let limit = ask::limit(&mut faults, self.limit.as_deref());
        faults.of_parameters()?;
        Ok((wanted, after.unwrap_or(Place::Begin), limit))
    }

    fn check(&self, faults: &mut Faults) {
        let word = |known: bool| if known { Ok(()) } else { Err(Refused::invalid("api-word")) };
        faults.read("where", self.whose.as_deref(), |given| word(Whose::ALL.iter().any(|whose| whose.code() == given)));
        faults.read("sort", self.sort.as_deref(), |given| word(Sort::ALL.iter().any(|sort| sort.code() == given)));
        faults.read("kind", self.kind.as_deref(), LabKind::parse);
        faults.read("theme", self.theme.as_deref(), Slug::parse);
        faults.read("organisationKind", self.organisation_kind.as_deref(), OrganisationKind::parse);
        faults.read("language", self.language.as_deref(), LanguageTag::parse);
        faults.read("state", self.state.as_deref(), LabState::parse);
        faults.read("openTo", self.open_to.as_deref(), OpenTo::parse);
    }
}

/// A place of another order would leave labs out.
fn read_place(given: &str, sort: Sort) -> Result<Place, Refused> {
    let place: Place = given.parse().map_err(|()| ask::lost())?;
    if matches!(place, Place::Name(..)) == (sort == Sort::Name) { Ok(place) } else { Err(ask::lost()) }
}

/// List labs
///
/// The directory: labs of this organisation and of every other that is known here, with the filters of the page `/labs`.
#[utoipa::path(
    get, path = "/labs", operation_id = "listLabs", tag = "labs", params(Asked),
    responses((status = 200, description = "A part of the directory", body = LabPage))
)]
pub async fn list(request: HttpRequest, state: Data<State>) -> Result<HttpResponse, Error> {
    let (wanted, after, limit) = ask::parameters::<Asked>(&request)?.parse()?;
    let here = Here { links: state.links().clone(), now: state.clock().now() };
    let links = here.links.clone();
    let labs = state.store().read(move |tx| {
        let list = LabList::read(tx, &wanted, &after, limit)?;
        Ok::<_, Failed>((list.cards.iter().map(|card| Lab::of(&here, card)).collect::<Vec<_>>(), list.next))
    });
    let (items, place) = labs.await?;
    let next = place.map(|place| further(&links, "/labs", request.query_string(), &place.to_string()));
    let page = LabPage { items, next };
    part(&page, page.next.as_deref())
}

/// Read a lab
///
/// One of ours, or one elsewhere that is known here; with its whole description.
#[utoipa::path(
    get, path = "/labs/{id}", operation_id = "readLab", tag = "labs",
    params(("id" = String, Path, description = "The handle of one of ours, or `handle@host`", example = "spoor")),
    responses((status = 200, description = "The lab", body = Lab))
)]
pub async fn show(request: HttpRequest, id: Path<String>, state: Data<State>) -> Result<HttpResponse, Error> {
    ask::nothing(&request)?;
    let here = Here { links: state.links().clone(), now: state.clock().now() };
    let found = state.store().read(move |tx| {
        let lab = find(tx, &here.links, &id)?;
        Lab::whole(tx, &here, &lab)
    });
    read(&found.await?)
}

/// A lab that anyone may see here.
///
/// # Errors
/// `Refused` where there is none.
pub(super) fn find(tx: &mut Tx<'_>, links: &Links, id: &str) -> Outcome<Actor> {
    let (handle, host) = id.split_once('@').unwrap_or((id, ""));
    if host.is_empty() || host == links.host() {
        return Ok(usecases::lab::find(tx, handle)?.actor);
    }
    let unknown = || Refused::unknown("lab-unknown").with("handle", id);
    let known = actor::find_by_address(tx, handle, host)?.ok_or_else(unknown)?;
    if directory::is_shown(tx, known.id)? { Ok(known) } else { Err(unknown().into()) }
}
