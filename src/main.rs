//! The program: what it does stands in [`archipel::cli`].

fn main() -> std::process::ExitCode {
    archipel::cli::run()
}
