//! Interned names known at build time: `id!("__init__")`.

use core::cell::Cell;

use crate::objects::PyStr;
use crate::py::Py;

/// A name that is interned at first use and immortal from then on.
pub struct StaticName {
    text: &'static str,
    string: Cell<*const PyStr>,
}
// SAFETY: the cell is only touched under the GIL, and goes once from null to an immortal string.
unsafe impl Sync for StaticName {}

impl StaticName {
    /// A name; `id!` makes them.
    pub const fn new(text: &'static str) -> StaticName {
        StaticName { text, string: Cell::new(core::ptr::null()) }
    }

    /// The interned string.
    #[inline(always)]
    pub fn get(&self, py: Py<'_>) -> &'static PyStr {
        // SAFETY: non-null means an immortal string.
        match unsafe { self.string.get().as_ref() } {
            Some(s) => s,
            None => self.make(py),
        }
    }

    #[cold]
    #[inline(never)]
    fn make(&self, py: Py<'_>) -> &'static PyStr {
        let s = PyStr::intern_static(py, self.text);
        self.string.set(s);
        s
    }
}

/// `id!(py, "name")`: the immortal interned string of a name known at build time.
#[macro_export]
macro_rules! id {
    ($py:expr, $text:literal) => {{
        static NAME: $crate::names::StaticName = $crate::names::StaticName::new($text);
        NAME.get($py)
    }};
}
