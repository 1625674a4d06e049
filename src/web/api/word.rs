//! The words that fields and parameters take, for the document: read from where they are defined, so that both say the same.

use utoipa::openapi::{
    Object, ObjectBuilder,
    schema::{SchemaType, Type},
};

use crate::domain::{
    directory::{Sort, Whose},
    lab::LabKind,
    organisation::OrganisationKind,
    profile::{OpenTo, State},
    search::Thing,
    share::{Licence, Outcome, ShareKind},
};

/// One of these words.
pub(super) fn one_of<'a>(said: &str, words: impl IntoIterator<Item = &'a str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).description(Some(said)).enum_values(Some(words)).build()
}

/// The same where it may be unknown.
fn one_of_or_none<'a>(said: &str, words: impl IntoIterator<Item = &'a str>) -> Object {
    let kind = SchemaType::from_iter([Type::String, Type::Null]);
    ObjectBuilder::new()
        .schema_type(kind)
        .description(Some(said))
        .enum_values(Some(words.into_iter().map(Some).chain([None])))
        .build()
}

pub(super) fn known_lab_kind() -> Object {
    one_of_or_none("The kind of lab, where that is known", LabKind::ALL.map(LabKind::code))
}

pub(super) fn known_organisation_kind() -> Object {
    one_of_or_none("What the organisation says that it is", OrganisationKind::ALL.map(OrganisationKind::code))
}

pub(super) fn known_outcome() -> Object {
    one_of_or_none("How it went, where that was said", Outcome::ALL.iter().map(|outcome| outcome.code()))
}

pub(super) fn known_licence() -> Object {
    one_of_or_none(
        "What others may do with it, by SPDX identifier, where that is known",
        Licence::ALL.iter().map(|licence| licence.code()),
    )
}

pub(super) fn lab_kind() -> Object {
    one_of("The kind of lab", LabKind::ALL.map(LabKind::code))
}

pub(super) fn state() -> Object {
    one_of("Where the lab stands", State::ALL.map(State::code))
}

pub(super) fn open_to() -> Object {
    one_of("What the lab is open to", OpenTo::ALL.map(OpenTo::code))
}

pub(super) fn organisation_kind() -> Object {
    one_of("The kind of organisation", OrganisationKind::ALL.map(OrganisationKind::code))
}

pub(super) fn whose() -> Object {
    one_of(
        "Whose: all that are known here, those of this instance, or those of others",
        Whose::ALL.iter().map(|whose| whose.code()),
    )
}

pub(super) fn sort() -> Object {
    one_of(
        "In which order: who shared something last, by name, or who began last comes first",
        Sort::ALL.iter().map(|sort| sort.code()),
    )
}

pub(super) fn share_kind() -> Object {
    one_of("The kind of share", ShareKind::ALL.iter().map(|kind| kind.code()))
}

pub(super) fn outcome() -> Object {
    one_of("How it went", Outcome::ALL.iter().map(|outcome| outcome.code()))
}

pub(super) fn licence() -> Object {
    one_of("What others may do with it, by SPDX identifier", Licence::ALL.iter().map(|licence| licence.code()))
}

pub(super) fn thing() -> Object {
    one_of("Labs or shares", Thing::ALL.map(Thing::code))
}

/// How many things are wanted.
pub(super) fn limit() -> Object {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(100));
    let number = number.description(Some("How many are wanted"));
    number.default(Some(20.into())).build()
}
