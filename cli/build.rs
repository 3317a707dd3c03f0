//! Tells the linker how to lay the executable out. Start-up runs few of its functions; `startup.order` names them, so that they
//! stand side by side and few pages are touched (`benches/startup_order.py` records the file; names that do not exist any more do
//! no harm). Relocations are packed where the C library knows how to read them.

use std::env::var;
use std::process::Command;

/// Whether the link is rustc's own default on this target, which is LLD: others do not know these options.
fn links_with_lld() -> bool {
    let chosen = |name: &str| var(name).is_ok_and(|value| value.contains("link"));
    var("TARGET").is_ok_and(|target| target == "x86_64-unknown-linux-gnu")
        && var("RUSTC_LINKER").is_err()
        && !chosen("CARGO_ENCODED_RUSTFLAGS")
}

/// Whether this machine's C library loads packed relocations: glibc 2.36 and later.
fn loads_packed_relocations() -> bool {
    if var("HOST") != var("TARGET") {
        return false;
    }
    let Ok(output) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else { return false };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let Some(version) = text.trim().strip_prefix("glibc ") else { return false };
    let mut numbers = version.split('.').map_while(|part| part.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(2), Some(36))
}

fn main() {
    println!("cargo:rerun-if-changed=startup.order");
    println!("cargo:rerun-if-changed=build.rs");
    let (Ok(folder), Ok(level)) = (var("CARGO_MANIFEST_DIR"), var("OPT_LEVEL")) else { return };
    if level != "3" || !links_with_lld() {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-Wl,--symbol-ordering-file={folder}/startup.order");
    println!("cargo:rustc-link-arg-bins=-Wl,--no-warn-symbol-ordering");
    if loads_packed_relocations() {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
