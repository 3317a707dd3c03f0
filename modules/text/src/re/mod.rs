//! Module `_sre`: compiled patterns, matches, scanners and templates as Python objects.
//! Not here: matching itself (`crate::sre`).

mod match_object;
mod pattern;
mod scanner;
mod template;
mod text;

pub use match_object::Match;
pub use pattern::Pattern;
pub use scanner::Scanner;
pub use template::Template;

use krait_runtime::prelude::*;

/// The regular expression engine.
#[pymodule(name = "_sre", types = [Pattern, Match, Scanner, Template])]
pub mod _sre {
    use super::{Match, Pattern, Scanner, Template};
    use crate::sre::charclass;
    use krait_runtime::prelude::*;

    #[pyattr]
    const MAGIC: u32 = crate::sre::MAGIC;
    #[pyattr]
    const CODESIZE: u32 = 4;
    #[pyattr]
    const MAXREPEAT: u32 = crate::sre::MAX_REPEAT;
    #[pyattr]
    const MAXGROUPS: u32 = crate::sre::MAX_GROUPS;
    #[pyattr]
    fn copyright(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, " SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ")
    }

    /// The types belong to module `re`; here they are only made ready.
    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        let dict = module.dict();
        for name in [id!(py, "Pattern"), id!(py, "Match"), id!(py, "SRE_Scanner"), id!(py, "SRE_Template")] {
            dict.remove(py, name)?;
        }
        Ok(())
    }

    #[pyfunction]
    fn getcodesize() -> u32 {
        4
    }

    #[pyfunction]
    fn ascii_iscased(character: i32) -> bool {
        u32::try_from(character).is_ok_and(charclass::ascii_is_cased)
    }

    #[pyfunction]
    fn unicode_iscased(character: i32) -> bool {
        u32::try_from(character).is_ok_and(charclass::unicode_is_cased)
    }

    #[pyfunction]
    fn ascii_tolower(character: i32) -> i32 {
        u32::try_from(character).map_or(character, |c| charclass::ascii_lower(c).cast_signed())
    }

    #[pyfunction]
    fn unicode_tolower(character: i32) -> i32 {
        u32::try_from(character).map_or(character, |c| charclass::unicode_lower(c).cast_signed())
    }

    #[pyfunction]
    fn compile(
        py: Py<'_>,
        pattern: &PyObject,
        flags: i32,
        code: &PyList,
        groups: isize,
        groupindex: &PyDict,
        indexgroup: &PyTuple,
    ) -> PyResult<Ref<Pattern>> {
        Pattern::compile(py, pattern, flags, code, groups, groupindex, indexgroup)
    }

    #[pyfunction]
    fn template(py: Py<'_>, pattern: &PyObject, template: &PyList) -> PyResult<Ref<Template>> {
        let _ = pattern;
        Template::make(py, template)
    }
}
