//! What the tests share: a store on either engine, and a cast of actors. It decides nothing by itself.

pub mod attacker;
pub mod cast;
pub mod database;
pub mod fatal;
pub mod instance;
pub mod ledger;
pub mod patience;
pub mod peer;
pub mod postgres;
pub mod process;
pub mod program;
pub mod proxy;
pub mod scale;
pub mod script;
pub mod sender;
pub mod server;
pub mod signer;
mod store;
pub mod visitor;

pub use server::Server;
pub use store::{TestStore, list_deliveries, list_lab, store};
pub use visitor::between;

/// The databases that everything must hold on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file of its own.
    Sqlite,
    /// A database of its own, in the throwaway cluster of this run.
    Postgres,
}

/// Makes two tests of each function that takes an [`Engine`]: `name::sqlite` and `name::postgres`; `async` works too.
macro_rules! on_both_engines {
    () => {};
    (async fn $name:ident($engine:ident) $body:block $($rest:tt)*) => {
        async fn $name($engine: $crate::support::Engine) $body

        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name($crate::support::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name($crate::support::Engine::Postgres).await;
            }
        }

        $crate::support::on_both_engines! { $($rest)* }
    };
    (fn $name:ident($engine:ident) $body:block $($rest:tt)*) => {
        fn $name($engine: $crate::support::Engine) $body

        mod $name {
            #[test]
            fn sqlite() {
                super::$name($crate::support::Engine::Sqlite);
            }

            #[test]
            fn postgres() {
                super::$name($crate::support::Engine::Postgres);
            }
        }

        $crate::support::on_both_engines! { $($rest)* }
    };
}
pub(crate) use on_both_engines;
