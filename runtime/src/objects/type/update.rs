//! Keeping slots in step with class dicts: after creation of a class and after an assignment to a special method.

use core::mem::offset_of;

use super::dispatch::{hash_not_implemented, next_not_implemented, slot_tp_call};
use super::slotdefs::{AnySlot, SLOT_DEFS, SlotDef, slot_at};
use super::{PyHeapType, PyType, flags};
use crate::objects::PyStr;
use crate::objects::builtin_function::is_new_wrapper;
use crate::objects::wrapper_descriptor::PyWrapperDescriptor;
use crate::py::Py;

const ITERNEXT: usize = offset_of!(PyHeapType, ht_type) + offset_of!(PyType, tp_iternext);
const HASH: usize = offset_of!(PyHeapType, ht_type) + offset_of!(PyType, tp_hash);
const NEW: usize = offset_of!(PyHeapType, ht_type) + offset_of!(PyType, tp_new);

/// The groups of definitions that fill the same slot.
fn groups() -> impl Iterator<Item = &'static [SlotDef]> {
    SLOT_DEFS.chunk_by(|a, b| a.offset == b.offset)
}

/// Of the slots that the name `def` has, the one that `ty` fills, if it is exactly one.
fn only_filled_slot<'a>(ty: &'a PyType, def: &SlotDef) -> Option<&'a AnySlot> {
    let mut found = None;
    for other in SLOT_DEFS.iter().filter(|d| d.name == def.name) {
        let Some(slot) = slot_at(ty, other.offset).filter(|s| !s.get().is_null()) else { continue };
        if found.is_some() {
            return None;
        }
        found = Some(slot);
    }
    found
}

/// Computes one slot from what the names of its group mean on `ty`.
fn update_group(py: Py<'_>, ty: &PyType, group: &[SlotDef]) {
    let Some(first) = group.first() else { return };
    let Some(slot) = slot_at(ty, first.offset) else { return };
    let (mut specific, mut generic) = (core::ptr::null::<()>(), core::ptr::null::<()>());
    let mut use_generic = false;
    for def in group {
        let Some(found) = ty.lookup(py, def.name_object(py)) else {
            if def.offset == ITERNEXT {
                specific = next_not_implemented as *const ();
            }
            continue;
        };
        if let Some(wrapper) = found.downcast_exact::<PyWrapperDescriptor>()
            && wrapper.def().name == def.name
        {
            match only_filled_slot(ty, def) {
                Some(other) if !core::ptr::eq(other, slot) => {}
                _ => generic = def.function,
            }
            let fits = (specific.is_null() || specific == wrapper.wrapped())
                && wrapper.def().wrapper.map(|w| w as usize) == def.wrapper.map(|w| w as usize)
                && ty.is_subtype(wrapper.owner());
            if fits {
                specific = wrapper.wrapped();
            } else {
                use_generic = true;
            }
        } else if def.offset == NEW && is_new_wrapper(&found) {
            // A native `__new__`, maybe of another base than the first: the inherited function serves.
            specific = ty.tp_new.get().map_or(core::ptr::null(), |f| f as *const ());
        } else if def.offset == HASH && found.is_none() {
            specific = hash_not_implemented as *const ();
        } else {
            use_generic = true;
            generic = def.function;
            if generic == slot_tp_call as *const () {
                // A `__call__` in Python has no vectorcall function of its own.
                ty.tp_flags.set(ty.tp_flags.get() & !flags::HAVE_VECTORCALL);
            }
        }
    }
    slot.set(if !specific.is_null() && !use_generic { specific } else { generic });
}

impl PyType {
    /// Sets every slot of a fresh class by its attributes.
    pub(super) fn fix_slots(&self, py: Py<'_>) {
        for group in groups() {
            update_group(py, self, group);
        }
    }

    /// After an assignment to `name`: updates its slots here and in all subclasses that inherit it.
    pub(super) fn update_slots_of(&self, py: Py<'_>, name: &PyStr) {
        let affected: Vec<&[SlotDef]> = groups()
            .filter(|g| g.iter().any(|d| core::ptr::eq(d.name_object(py), name) || name.eq_str(d.name)))
            .collect();
        if !affected.is_empty() {
            self.update_recursively(py, name, &affected);
        }
    }

    fn update_recursively(&self, py: Py<'_>, name: &PyStr, affected: &[&[SlotDef]]) {
        for group in affected {
            update_group(py, self, group);
        }
        for subclass in self.subclasses() {
            let overrides = subclass.dict().is_some_and(|d| d.get_str(py, name).ok().flatten().is_some());
            if !overrides {
                subclass.update_recursively(py, name, affected);
            }
        }
    }

    /// After `__bases__` changed: every slot anew, here and below.
    pub(super) fn update_all_slots(&self, py: Py<'_>) {
        self.modified(py);
        self.fix_slots(py);
        for subclass in self.subclasses() {
            subclass.update_all_slots(py);
        }
    }
}
