//! This installation: its settings, its clock and its dice. Checked before anything starts.

mod chance;
mod clock;
mod settings;

pub use chance::Chance;
pub use clock::Clock;
pub use settings::{Database, SettingError, Settings};
