//! Circular lists of collector heads. A member's `prev` carries the flags of its object in its low bits; a list's own head has none.

use super::{GcHead, PREV_COLLECTING, PREV_FINALIZED, PREV_MASK};
use crate::checking;
use crate::object::PyObject;
use core::cell::Cell;

impl GcHead {
    /// A head that is in no list.
    pub(crate) const fn detached() -> GcHead {
        GcHead { next: Cell::new(core::ptr::null()), prev: Cell::new(0) }
    }

    /// Makes this the head of an empty list; it must not move from here on.
    pub(super) fn make_empty(&self) {
        self.next.set(self);
        self.prev.set(core::ptr::from_ref(self).addr());
    }

    pub(super) fn is_empty(&self) -> bool {
        core::ptr::eq(self.next.get(), self)
    }

    #[inline(always)]
    fn previous(&self) -> *const GcHead {
        core::ptr::with_exposed_provenance(self.prev.get() & PREV_MASK)
    }

    /// The object behind a member's head.
    #[inline(always)]
    pub(super) fn object(&self) -> *mut PyObject {
        core::ptr::from_ref(self).wrapping_add(1).cast_mut().cast()
    }

    /// Adds `member` at the end of the list that `self` heads; the member keeps its "finalised" flag only.
    ///
    /// # Safety
    /// `self` heads a whole list; `member` is in none.
    #[inline(always)]
    pub(super) unsafe fn append(&self, member: &GcHead) {
        let last = self.previous();
        // SAFETY: the last member (or the head itself) is alive.
        unsafe { (*last).next.set(member) };
        member.prev.set(last.expose_provenance() | (member.prev.get() & PREV_FINALIZED));
        member.next.set(self);
        self.prev.set(core::ptr::from_ref(member).expose_provenance());
    }

    /// Takes the member out of its list; the "finalised" flag stays.
    ///
    /// # Safety
    /// `self` is a member of a whole list.
    #[inline(always)]
    pub(super) unsafe fn unlink(&self) {
        let (prev, next) = (self.previous(), self.next.get());
        // SAFETY: neighbours are alive.
        unsafe {
            if checking::ON
                && !(core::ptr::eq((*prev).next.get(), self) && core::ptr::eq((*next).previous(), self))
            {
                checking::fail("a list of the collector is broken", &*self.object());
            }
            (*prev).next.set(next);
            (*next).prev.set(prev.expose_provenance() | ((*next).prev.get() & !PREV_MASK));
        }
        self.next.set(core::ptr::null());
        self.prev.set(self.prev.get() & PREV_FINALIZED);
    }

    /// Moves a member from its list to the end of `to`.
    ///
    /// # Safety
    /// As [`GcHead::unlink`] and [`GcHead::append`].
    pub(super) unsafe fn move_to(&self, to: &GcHead) {
        // SAFETY: by contract.
        unsafe {
            self.unlink();
            to.append(self);
        }
    }

    /// Moves all members of `from` to the end of this list.
    ///
    /// # Safety
    /// Both head whole lists.
    pub(super) unsafe fn absorb(&self, from: &GcHead) {
        if from.is_empty() {
            return;
        }
        let (first, last, mine) = (from.next.get(), from.previous(), self.previous());
        // SAFETY: members of whole lists are alive.
        unsafe {
            (*mine).next.set(first);
            (*first).prev.set(mine.expose_provenance() | ((*first).prev.get() & !PREV_MASK));
            (*last).next.set(self);
        }
        self.prev.set(last.expose_provenance());
        from.make_empty();
    }

    /// Calls `see` for each member, in order. `see` must not change the list but for the member it gets, which may leave it.
    ///
    /// # Safety
    /// `self` heads a list whose `next` links are whole.
    pub(super) unsafe fn each(&self, mut see: impl FnMut(&GcHead)) {
        let mut p = self.next.get();
        while !core::ptr::eq(p, self) {
            // SAFETY: members are alive; the link is read before the member is shown.
            unsafe {
                let next = (*p).next.get();
                see(&*p);
                p = next;
            }
        }
    }

    /// Number of members.
    ///
    /// # Safety
    /// As [`GcHead::each`].
    pub(super) unsafe fn len(&self) -> usize {
        let mut n = 0;
        // SAFETY: by contract.
        unsafe { self.each(|_| n += 1) };
        n
    }

    /// Whether the object is in the generation being collected and not known to be reachable.
    #[inline(always)]
    pub(super) fn is_collecting(&self) -> bool {
        self.prev.get() & PREV_COLLECTING != 0
    }

    pub(super) fn clear_collecting(&self) {
        self.prev.set(self.prev.get() & !PREV_COLLECTING);
    }
}
