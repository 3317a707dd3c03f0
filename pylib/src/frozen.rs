//! The frozen modules: a table with CPython's names, made by the build step (`build/freeze.rs`).

/// A module that start-up can import without opening a file.
#[derive(Debug)]
pub struct FrozenModule {
    /// The name it is imported by.
    pub name: &'static str,
    /// Whether it is a package.
    pub is_package: bool,
    /// What `_imp.find_frozen()` gives third: the module it really is, or `None` if it stands for no file.
    pub origname: Option<&'static str>,
    /// Its marshalled code, compiled at build time.
    pub code: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/frozen.rs"));

/// The table, in the order of `_imp._frozen_module_names()`.
pub fn frozen_modules() -> &'static [FrozenModule] {
    TABLE
}

/// The frozen module of that name. `os.path` is not one: `os` itself puts it into `sys.modules`.
pub fn find_frozen(name: &str) -> Option<&'static FrozenModule> {
    TABLE.iter().find(|module| module.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bootstrap_is_there() {
        let inner = find_frozen("_frozen_importlib").expect("_frozen_importlib");
        assert_eq!(inner.origname, Some("importlib._bootstrap"));
        assert!(!inner.is_package);
        assert!(find_frozen("__phello__").is_some_and(|module| module.is_package));
        assert!(find_frozen("nothing").is_none());
    }
}
