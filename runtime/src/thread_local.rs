//! What `threading.local` objects keep for each thread: a dict that dies with the thread or with the object, whichever goes first.
//! Not here: the type itself (module `_thread`).

use core::cell::RefCell;
use core::ffi::c_int;
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use crate::alloc::{Traverse, Visitor};
use crate::objects::PyDict;
use crate::py::Py;
use crate::reference::Ref;

/// The dicts of one local object, by thread state. Only touched under the GIL.
#[derive(Default)]
pub struct LocalDicts(RefCell<HashMap<u64, Ref<PyDict>>>);

impl LocalDicts {
    /// This thread's dict.
    #[inline]
    pub fn get(&self, py: Py<'_>) -> Option<Ref<PyDict>> {
        self.0.borrow().get(&py.thread().id).cloned()
    }

    /// Sets this thread's dict and sees to it that it goes with the thread.
    pub fn set(self: &Rc<Self>, py: Py<'_>, dict: Ref<PyDict>) {
        let ts = py.thread();
        ts.locals.add(self);
        let old = self.0.borrow_mut().insert(ts.id, dict);
        drop(old);
    }

    /// Forgets a thread's dict.
    pub fn remove(&self, thread: u64) {
        let dict = self.0.borrow_mut().remove(&thread);
        drop(dict);
    }
}

impl Traverse for Rc<LocalDicts> {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        let Ok(dicts) = self.0.try_borrow() else { return 0 };
        dicts.values().map(|dict| dict.traverse(visit)).find(|&r| r != 0).unwrap_or(0)
    }
    fn clear_references(&self) {
        if let Ok(mut dicts) = self.0.try_borrow_mut() {
            let all = core::mem::take(&mut *dicts);
            drop(dicts);
            drop(all);
        }
    }
}

/// The local objects in which a thread has a dict. They do not live on through this.
#[derive(Default)]
pub struct ThreadLocals(RefCell<Vec<Weak<LocalDicts>>>);

impl ThreadLocals {
    fn add(&self, local: &Rc<LocalDicts>) {
        let mut all = self.0.borrow_mut();
        if all.len() == all.capacity() {
            all.retain(|local| local.strong_count() != 0);
        }
        all.push(Rc::downgrade(local));
    }

    /// Drops the thread's dict in every local object.
    pub fn clear(&self, thread: u64) {
        loop {
            let Some(local) = self.0.borrow_mut().pop() else { return };
            if let Some(local) = local.upgrade() {
                local.remove(thread);
            }
        }
    }
}
