//! Build step: takes CPython's pure-Python library from the crate that publishes it, undoes that project's
//! edits, lays our own files over it and writes one compressed archive with its index for `src/archive.rs`.
//! What each stage does stands in `build/`.

#[path = "build/collect.rs"]
mod collect;
#[path = "build/freeze.rs"]
mod freeze;
#[path = "build/opcode_metadata.rs"]
mod opcode_metadata;
#[path = "build/pack.rs"]
mod pack;
#[path = "build/patch.rs"]
mod patch;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");

    let mut library = collect::borrowed(rustpython_pylib::LIB_PATH.as_ref())?;
    patch::apply(&here.join("patches.txt"), &mut library)?;
    opcode_metadata::render(&mut library)?;
    collect::overlay(&here.join("Lib"), &mut library)?;
    freeze::write(&library, &out)?;
    pack::write(&library, &out)?;
    Ok(())
}
