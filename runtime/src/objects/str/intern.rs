//! Interned strings: one table for the process, of strings that do not count as references. A mortal interned string leaves
//! the table when it dies.

use core::cell::RefCell;

use crate::object::Static;
use crate::objects::str::PyStr;
use crate::objects::str::layout::state;
use crate::py::Py;
use crate::reference::{PyClass, Ref};

/// An open-addressing table of string addresses; the hash stands in the string itself.
struct Table {
    slots: Vec<*const PyStr>,
    used: usize,
    /// Used and deleted slots together.
    filled: usize,
}

/// A slot whose string died.
const DELETED: *const PyStr = core::ptr::without_provenance(1);

static TABLE: Static<RefCell<Table>> = Static(RefCell::new(Table { slots: Vec::new(), used: 0, filled: 0 }));

impl Table {
    /// The string with this hash and content, or the slot where it belongs.
    fn find(&self, hash: isize, same: impl Fn(&PyStr) -> bool) -> Result<*const PyStr, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        let mut step = 0;
        let mut free = None;
        while let Some(&slot) = self.slots.get(at) {
            if slot.is_null() {
                return Err(free.unwrap_or(at));
            }
            if slot == DELETED {
                free = free.or(Some(at));
            } else {
                // SAFETY: strings leave the table before they die.
                let s = unsafe { &*slot };
                if s.hash.get() == hash && same(s) {
                    return Ok(slot);
                }
            }
            step += 1;
            at = (at + step) & mask;
        }
        Err(0)
    }

    fn insert(&mut self, s: &PyStr, at: usize) {
        if let Some(slot) = self.slots.get_mut(at) {
            self.filled += usize::from(slot.is_null());
            self.used += 1;
            *slot = s;
        }
    }

    /// Keeps a third of the slots empty.
    fn reserve(&mut self) {
        if (self.filled + 1) * 3 < self.slots.len() * 2 {
            return;
        }
        let size = ((self.used + 1) * 3).next_power_of_two().max(1024);
        let old = core::mem::replace(&mut self.slots, vec![core::ptr::null(); size]);
        self.used = 0;
        self.filled = 0;
        for slot in old {
            if !slot.is_null() && slot != DELETED {
                // SAFETY: strings leave the table before they die.
                let s = unsafe { &*slot };
                if let Err(at) = self.find(s.hash.get(), |_| false) {
                    self.insert(s, at);
                }
            }
        }
    }
}

fn set_interned(s: &PyStr, how: u32) {
    s.state.set(s.state.get() & !state::INTERNED | how);
}

/// Enters one of the immortal static strings.
pub(super) fn add_static(s: &PyStr) {
    let mut table = TABLE.borrow_mut();
    table.reserve();
    if let Err(at) = table.find(s.hash_value(), |t| t.equals(s)) {
        table.insert(s, at);
    }
}

/// The interned string of a name known at build time, immortal.
pub(super) fn intern_static(py: Py<'_>, text: &'static str) -> &'static PyStr {
    let made = match PyStr::new(py, text) {
        Ok(s) => intern_immortal(py, s),
        // Without memory for a name the interpreter cannot even start.
        Err(_) => std::process::abort(),
    };
    // SAFETY: immortal.
    unsafe { &*made.into_raw() }
}

pub(super) fn intern(_py: Py<'_>, s: Ref<PyStr>) -> Ref<PyStr> {
    // A subclass's instance may have any behaviour; it stays as it is.
    if !PyStr::check_exact(&s) || s.interned_state() != 0 {
        return s;
    }
    let found = {
        let mut table = TABLE.borrow_mut();
        table.reserve();
        match table.find(s.hash_value(), |t| t.equals(&s)) {
            Ok(found) => found,
            Err(at) => {
                table.insert(&s, at);
                set_interned(&s, 1);
                return s;
            }
        }
    };
    // SAFETY: in the table, so alive.
    unsafe { Ref::from_borrowed(found.cast_mut()) }
}

pub(super) fn intern_immortal(py: Py<'_>, s: Ref<PyStr>) -> Ref<PyStr> {
    let s = intern(py, s);
    if s.interned_state() == 1 {
        set_interned(&s, 2);
        s.make_immortal();
    }
    s
}

/// Takes a dying string out.
pub(super) fn forget(s: &PyStr) {
    let mut table = TABLE.borrow_mut();
    let mask = table.slots.len().wrapping_sub(1);
    let mut at = s.hash.get() as usize & mask;
    let mut step = 0;
    while let Some(slot) = table.slots.get_mut(at) {
        if slot.is_null() {
            return;
        }
        if core::ptr::eq(*slot, s) {
            *slot = DELETED;
            table.used = table.used.saturating_sub(1);
            return;
        }
        step += 1;
        at = (at + step) & mask;
    }
}

impl PyStr {
    /// How many strings are interned; with `immortal_only`, those among them that never die.
    pub fn interned_count(immortal_only: bool) -> usize {
        let table = TABLE.borrow();
        let live = table.slots.iter().filter(|p| !p.is_null() && !core::ptr::eq(**p, DELETED));
        // SAFETY: a string leaves the table before its memory goes.
        live.filter(|p| !immortal_only || unsafe { (***p).is_immortal() }).count()
    }
}
