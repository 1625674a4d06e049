//! Why a command stopped: something to correct in what was asked (exit code 2), or a fault of ours (exit code 1).

use std::{fmt::Display, process::ExitCode};

use crate::{
    config::SettingError,
    domain::{language::Language, refusal::Refused, text::one_line},
    i18n,
    storage::Failed,
    usecases,
};

/// Why a command stopped.
#[derive(Debug)]
pub enum Trouble {
    /// A setting cannot be used.
    Setting(SettingError),
    /// A use case says no.
    Refused(Refused),
    /// What was asked cannot be understood: the key of a message in `locales/`, and its arguments.
    Mistake(&'static str, Vec<(&'static str, String)>),
    /// It was said already, line by line.
    Told,
    /// A fault of ours.
    Failed(Failed),
}

impl Trouble {
    /// A mistake in what was asked.
    pub fn mistake(key: &'static str) -> Self {
        Self::Mistake(key, Vec::new())
    }

    /// Adds an argument to the message of a mistake.
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        if let Self::Mistake(_, arguments) = &mut self {
            arguments.push((name, value.to_string()));
        }
        self
    }

    /// One sentence for whoever asked.
    pub fn explain(&self, language: Language) -> String {
        match self {
            Self::Setting(error) => error.to_string(),
            Self::Refused(refused) => i18n::explain(language, refused),
            Self::Mistake(key, arguments) => i18n::say_with(language, key, arguments),
            Self::Told => i18n::say(language, "cli-doctor-failed"),
            // PostgreSQL explains itself in several lines.
            Self::Failed(failed) => one_line(&failed.to_string()),
        }
    }

    /// 1 where it is ours, 2 where it can be corrected by asking otherwise.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Setting(_) | Self::Refused(_) | Self::Mistake(..) => ExitCode::from(2),
            Self::Told | Self::Failed(_) => ExitCode::from(1),
        }
    }
}

impl From<SettingError> for Trouble {
    fn from(error: SettingError) -> Self {
        Self::Setting(error)
    }
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Failed> for Trouble {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

impl From<usecases::Error> for Trouble {
    fn from(error: usecases::Error) -> Self {
        match error {
            usecases::Error::Refused(refused) => Self::Refused(refused),
            usecases::Error::Failed(failed) => Self::Failed(failed),
        }
    }
}
