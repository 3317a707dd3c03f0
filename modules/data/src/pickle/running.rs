//! What `Pickler` and `Unpickler` share: the memo that the collector walks, and the mark that says that one is at work.

use core::cell::RefCell;

use krait_runtime::prelude::*;

use super::{load, memo};

/// A table of numbered objects.
pub trait MemoTable: Default {
    /// Tells the collector of every object.
    fn traverse_objects(&self, visit: &mut Visitor<'_>) -> i32;
}

impl MemoTable for memo::Memo {
    fn traverse_objects(&self, visit: &mut Visitor<'_>) -> i32 {
        traverse_all(self.entries(), visit)
    }
}

impl MemoTable for load::Memo {
    fn traverse_objects(&self, visit: &mut Visitor<'_>) -> i32 {
        traverse_all(self.entries(), visit)
    }
}

fn traverse_all<'a>(
    mut entries: impl Iterator<Item = (usize, &'a Ref<PyObject>)>,
    visit: &mut Visitor<'_>,
) -> i32 {
    entries.find_map(|(_, object)| Some(object.traverse(visit)).filter(|stop| *stop != 0)).unwrap_or(0)
}

/// A memo inside an object.
#[derive(Default)]
pub struct MemoCell<M>(pub RefCell<M>);

impl<M: MemoTable> MemoCell<M> {
    /// Empties it; the objects die with what is returned, when nothing is borrowed any more.
    pub fn take(&self) -> M {
        self.0.take()
    }
}

impl<M: MemoTable> Traverse for MemoCell<M> {
    fn traverse(&self, visit: &mut Visitor<'_>) -> i32 {
        // A memo that is borrowed belongs to a call that is running, so it is reachable anyway.
        self.0.try_borrow().map_or(0, |memo| memo.traverse_objects(visit))
    }
    fn clear_references(&self) {
        let old = self.0.try_borrow_mut().map(|mut memo| core::mem::take(&mut *memo));
        drop(old);
    }
}

/// Says "in use" as long as it lives.
pub struct InUse<'a>(&'a Cell<bool>);

impl<'a> InUse<'a> {
    /// `class` is the name that the error has.
    pub fn new(py: Py<'_>, flag: &'a Cell<bool>, class: &str) -> PyResult<InUse<'a>> {
        if flag.replace(true) {
            bail!(py, RuntimeError, "{class} object is already used");
        }
        Ok(InUse(flag))
    }
}

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
