//! `tanba`: the one program of the register.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main()
}
