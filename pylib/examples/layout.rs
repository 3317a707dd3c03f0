//! Lays the library out and prints where.
#![allow(clippy::print_stdout, reason = "that is what it is for")]
fn main() -> std::io::Result<()> {
    println!("{}", krait_pylib::ensure_laid_out()?.display());
    Ok(())
}
