//! Who is signing in: passwords, sessions, and how often one may try. It knows no HTTP: the web reads and writes the cookie.

pub mod password;
mod session;
mod throttle;

pub use session::Session;
pub use throttle::Throttle;
