//! Logs: one line per thing worth knowing, as text for people or JSON for machines. It never writes a secret.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging to standard error with this filter, such as `info` or `archipel=debug`; later calls change nothing.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second call finds a subscriber in place, which is what it wants.
    let _ = if std::io::stderr().is_terminal() {
        builder.with_ansi(true).compact().try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
}
