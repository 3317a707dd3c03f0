//! Lays the library out and prints where.
fn main() -> std::io::Result<()> {
    println!("{}", krait_pylib::ensure_laid_out()?.display());
    Ok(())
}
