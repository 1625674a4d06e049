//! Members of this instance, their roles in its labs, and the one table of permissions.

use super::{actor::Actor, refusal::Refused};

/// A person with an account here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The member as an actor.
    pub actor: Actor,
    /// Whether the member looks after the instance.
    pub administrator: bool,
}

/// What a member is in one lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Answers for the lab.
    Steward,
    /// Writes for the lab.
    Editor,
}

impl Role {
    /// As stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Steward => "steward",
            Self::Editor => "editor",
        }
    }

    /// Reads a role.
    ///
    /// # Errors
    /// `Refused` for a word that is no role.
    pub fn parse(code: &str) -> Result<Self, Refused> {
        match code {
            "steward" => Ok(Self::Steward),
            "editor" => Ok(Self::Editor),
            _ => Err(Refused::invalid("role").with("given", code)),
        }
    }
}

/// Everything a member can be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Register a new lab.
    RegisterLab,
    /// Change a lab's name, kind, description or picture.
    DescribeLab,
    /// End a lab, and name its successor.
    EndLab,
    /// Publish in a lab, as the lab or oneself.
    PublishShare,
    /// Publish with the organisation's voice.
    SpeakForOrganisation,
    /// Correct a share of a lab.
    ReviseShare,
    /// Withdraw a share of a lab.
    WithdrawShare,
    /// Let a lab follow an actor elsewhere.
    FollowAsLab,
    /// Follow an actor elsewhere oneself.
    FollowAsSelf,
    /// See deliveries and members, add members, edit themes.
    Administer,
}

/// Who asks: an administrator or not, with a role in the lab at hand or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether the member looks after the instance.
    pub administrator: bool,
    /// The member's role in the lab that the action is about.
    pub role: Option<Role>,
}

impl Standing {
    /// The standing of whoever runs the command line: the administrator of the machine.
    pub const OPERATOR: Self = Self { administrator: true, role: None };
}

/// The one table of permissions.
#[must_use]
pub fn may(standing: Standing, action: Action) -> bool {
    use Action::{
        Administer, DescribeLab, EndLab, FollowAsLab, FollowAsSelf, PublishShare, RegisterLab, ReviseShare, SpeakForOrganisation,
        WithdrawShare,
    };
    let steward = standing.role == Some(Role::Steward);
    let writes = standing.role.is_some();
    match action {
        RegisterLab | FollowAsSelf => true,
        DescribeLab | EndLab | FollowAsLab => steward || standing.administrator,
        PublishShare | ReviseShare | WithdrawShare => writes || standing.administrator,
        SpeakForOrganisation | Administer => standing.administrator,
    }
}

/// `Ok` where [`may`] says yes.
///
/// # Errors
/// `Refused` where it says no.
pub fn require(standing: Standing, action: Action) -> Result<(), Refused> {
    if may(standing, action) { Ok(()) } else { Err(Refused::not_allowed("not-allowed")) }
}

/// A password of 10 characters to 1 KiB.
///
/// # Errors
/// `Refused` where it is shorter or longer.
pub fn check_password(password: &str) -> Result<(), Refused> {
    if password.chars().count() < 10 {
        return Err(Refused::invalid("password-too-short").with("limit", 10));
    }
    if password.len() > 1_024 { Err(Refused::invalid("password-too-long")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_writes_but_does_not_describe_the_lab() {
        let editor = Standing { administrator: false, role: Some(Role::Editor) };
        assert!(may(editor, Action::PublishShare));
        assert!(!may(editor, Action::DescribeLab) && !may(editor, Action::EndLab));
        assert!(!may(editor, Action::SpeakForOrganisation));
    }

    #[test]
    fn an_outsider_may_only_register_a_lab_and_follow() {
        let outsider = Standing { administrator: false, role: None };
        assert!(may(outsider, Action::RegisterLab) && may(outsider, Action::FollowAsSelf));
        assert!(!may(outsider, Action::PublishShare) && !may(outsider, Action::WithdrawShare));
    }
}
