//! `tanba`: the one program of the register.

fn main() {}
