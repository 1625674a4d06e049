//! Who is signing in: passwords, sessions, tokens, and how often one may try. It knows no HTTP: the web reads and writes the cookie.

pub mod password;
mod session;
mod throttle;
mod token;

pub use session::Session;
pub use throttle::Throttle;
pub use token::Bearer;
