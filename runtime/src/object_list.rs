//! Lists of objects that do not keep their members alive: each member has its link inside itself and leaves when it dies. For the
//! tasks of a thread (`_asyncio.all_tasks`).

use core::cell::Cell;
use core::ffi::c_int;

use crate::alloc::{Traverse, Visitor};
use crate::object::PyObject;
use crate::reference::{PyClass, Ref};

/// A member's place in a list; a field of the member. Only touched under the GIL.
pub struct ObjectLink {
    next: Cell<*const ObjectLink>,
    prev: Cell<*const ObjectLink>,
    object: Cell<*const PyObject>,
}

impl ObjectLink {
    /// In no list.
    pub const UNLINKED: ObjectLink = ObjectLink {
        next: Cell::new(core::ptr::null()),
        prev: Cell::new(core::ptr::null()),
        object: Cell::new(core::ptr::null()),
    };

    /// Leaves the list, if it is in one.
    pub fn unlink(&self) {
        let (next, prev) = (self.next.replace(core::ptr::null()), self.prev.replace(core::ptr::null()));
        if !next.is_null() {
            // SAFETY: neighbours in a list are alive: they leave when they die.
            unsafe {
                (*prev).next.set(next);
                (*next).prev.set(prev);
            }
        }
    }
}

impl Drop for ObjectLink {
    fn drop(&mut self) {
        self.unlink();
    }
}

impl Traverse for ObjectLink {
    fn traverse(&self, _visit: &mut Visitor<'_>) -> c_int {
        0
    }
}

/// A list, latest member first.
pub struct ObjectList(Box<ObjectLink>);

impl Default for ObjectList {
    fn default() -> Self {
        ObjectList::new()
    }
}

impl ObjectList {
    /// Without members.
    pub fn new() -> ObjectList {
        let head = Box::new(ObjectLink::UNLINKED);
        head.next.set(&*head);
        head.prev.set(&*head);
        ObjectList(head)
    }

    /// Adds an object, whose link `link` finds; no effect when it is in a list already.
    pub fn link<T: PyClass>(&self, object: &T, link: fn(&T) -> &ObjectLink) {
        let link = link(object);
        if !link.next.get().is_null() {
            return;
        }
        link.object.set(core::ptr::from_ref::<PyObject>(object));
        let next = self.0.next.replace(link);
        link.next.set(next);
        link.prev.set(&*self.0);
        // SAFETY: members of the list are alive; the head is the list's own.
        unsafe { (*next).prev.set(link) };
    }

    /// The members that are alive.
    pub fn objects(&self) -> Vec<Ref<PyObject>> {
        let mut all = Vec::new();
        let mut at = self.0.next.get();
        while !core::ptr::eq(at, &*self.0) {
            // SAFETY: members leave before their memory goes; one with a count of zero is being deallocated.
            unsafe {
                let object = &*(*at).object.get();
                if object.refcnt() != 0 {
                    all.push(object.to_ref());
                }
                at = (*at).next.get();
            }
        }
        all
    }

    /// Lets all members go.
    pub fn clear(&self) {
        while !core::ptr::eq(self.0.next.get(), &*self.0) {
            // SAFETY: members of the list are alive.
            unsafe { (*self.0.next.get()).unlink() };
        }
    }

    /// Moves all members to `other`.
    pub fn move_to(&self, other: &ObjectList) {
        let (first, last) = (self.0.next.get(), self.0.prev.get());
        if core::ptr::eq(first, &*self.0) {
            return;
        }
        self.0.next.set(&*self.0);
        self.0.prev.set(&*self.0);
        let after = other.0.next.replace(first);
        // SAFETY: members of both lists are alive.
        unsafe {
            (*first).prev.set(&*other.0);
            (*last).next.set(after);
            (*after).prev.set(last);
        }
    }
}

impl Drop for ObjectList {
    fn drop(&mut self) {
        // Members that outlive the list are in none any more; the head is among those that leave.
        loop {
            let first = self.0.next.get();
            if core::ptr::eq(first, &*self.0) {
                break;
            }
            // SAFETY: members of the list are alive.
            unsafe { (*first).unlink() };
        }
    }
}
