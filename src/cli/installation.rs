//! What a command works on: the settings, and the database and addresses behind them.

use crate::{
    config::{Clock, Settings},
    domain::moment::Moment,
    federation::Federation,
    i18n,
    storage::{Store, Tx},
    usecases,
};

use super::trouble::Trouble;

/// An installation, open for a command.
#[derive(Debug)]
pub struct Installation {
    /// Its settings.
    pub settings: Settings,
    /// Its database, addresses and ways to others.
    pub federation: Federation,
}

impl Installation {
    /// Opens the installation that the settings describe; the first command founds it, as the first start would.
    ///
    /// # Errors
    /// Where the database does not answer, or the settings are those of another instance.
    pub fn open(settings: Settings) -> Result<Self, Trouble> {
        let store = Store::open(&settings)?;
        let federation = Federation::open(&settings, store, Clock::System)?;
        Ok(Self { settings, federation })
    }

    /// What time it is.
    pub fn now(&self) -> Moment {
        self.federation.clock.now()
    }

    /// Reads in one transaction.
    ///
    /// # Errors
    /// What `work` returns.
    pub fn read<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> usecases::Outcome<T>) -> Result<T, Trouble> {
        Ok(self.federation.store.read_now(work)?)
    }

    /// Writes in one transaction: all of it or nothing.
    ///
    /// # Errors
    /// What `work` returns.
    pub fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> usecases::Outcome<T>) -> Result<T, Trouble> {
        Ok(self.federation.store.write_now(work)?)
    }

    /// A message in the language of this installation.
    pub fn message(&self, key: &str, arguments: &[(&str, String)]) -> String {
        i18n::say_with(self.settings.language, key, arguments)
    }
}
