//! `StackRef`: what a slot of the evaluation stack or of the locals holds: an object pointer whose lowest bit says "borrowed, no
//! count owed". The representation may change (tagged small ints) without touching the instructions.

use krait_runtime::{PyObject, Ref, checking};

/// A slot's content. `Copy` on purpose: instructions move values between slots; who owes the count is the bit's business.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct StackRef(usize);

/// Set when no count is owed (borrowed from a local that outlives the use, or immortal).
const BORROWED: usize = 1;

impl StackRef {
    /// An empty slot. It counts as borrowed, so releasing it does nothing.
    pub const NULL: StackRef = StackRef(BORROWED);

    /// Takes an owned reference over.
    #[inline(always)]
    pub fn owned(r: Ref<PyObject>) -> StackRef {
        StackRef(r.into_raw().expose_provenance())
    }

    /// From a raw owned pointer or null.
    ///
    /// # Safety
    /// `p` is null or an owned reference, which moves into the slot.
    #[inline(always)]
    pub unsafe fn from_raw(p: *mut PyObject) -> StackRef {
        if p.is_null() { StackRef::NULL } else { StackRef(p.expose_provenance()) }
    }

    /// Refers to an object that something else keeps alive for as long as the slot is used.
    #[inline(always)]
    pub fn borrowed(o: &PyObject) -> StackRef {
        StackRef(o.as_ptr().expose_provenance() | BORROWED)
    }

    /// The same object without owing a count.
    #[inline(always)]
    pub fn borrow(self) -> StackRef {
        StackRef(self.0 | BORROWED)
    }

    /// A second slot's content for the same object, with a count of its own.
    #[inline(always)]
    pub fn dup(self) -> StackRef {
        if self.is_null() {
            return self;
        }
        // SAFETY: a non-null slot refers to a live object.
        unsafe { (*self.as_ptr()).incref() };
        StackRef(self.0 & !BORROWED)
    }

    /// As [`StackRef::dup`] of a slot that is not empty.
    #[inline(always)]
    pub fn dup_object(self) -> StackRef {
        // SAFETY: a non-null slot refers to a live object.
        unsafe { (*self.as_ptr()).incref() };
        StackRef(self.0 & !BORROWED)
    }

    /// The same object, now owing a count that has been taken for it.
    #[inline(always)]
    pub fn counted(self) -> StackRef {
        StackRef(self.0 & !BORROWED)
    }

    /// Nothing in it.
    #[inline(always)]
    pub fn is_null(self) -> bool {
        self.0 == BORROWED
    }

    /// True when the slot owes a count for its object.
    #[inline(always)]
    pub fn owns(self) -> bool {
        self.0 & BORROWED == 0
    }

    /// The object's address; null for an empty slot.
    #[inline(always)]
    pub fn as_ptr(self) -> *mut PyObject {
        core::ptr::with_exposed_provenance_mut(self.0 & !BORROWED)
    }

    /// The object.
    ///
    /// # Safety
    /// The slot is not empty, and stays filled (or something else owns the object) while the result is used.
    #[inline(always)]
    pub unsafe fn get<'a>(self) -> &'a PyObject {
        // SAFETY: by contract.
        unsafe { &*self.as_ptr() }
    }

    /// Moves the content out as an owned reference (counting one when it was borrowed).
    ///
    /// # Safety
    /// The slot is not empty, and its content is not used again.
    #[inline(always)]
    pub unsafe fn into_ref(self) -> Ref<PyObject> {
        // SAFETY: by contract; a borrowed one gets its count now.
        unsafe {
            if self.0 & BORROWED != 0 {
                Ref::from_borrowed(self.as_ptr())
            } else {
                Ref::from_owned(self.as_ptr())
            }
        }
    }

    /// Moves the content out as a raw owned pointer, null for an empty slot.
    ///
    /// # Safety
    /// The content is not used again.
    #[inline(always)]
    pub unsafe fn into_raw(self) -> *mut PyObject {
        if self.is_null() {
            return core::ptr::null_mut();
        }
        // SAFETY: not empty.
        unsafe { self.into_ref() }.into_raw()
    }

    /// Turns a borrowed content into an owned one, for slots that outlive the lender.
    #[inline(always)]
    pub fn make_owned(self) -> StackRef {
        if self.0 & BORROWED != 0 { self.dup() } else { self }
    }

    /// Whether no count is owed.
    #[inline(always)]
    pub fn is_borrowed(self) -> bool {
        self.0 & BORROWED != 0
    }

    /// The bare pointer in a slot's clothes: for a vector of arguments laid over slots. Whether it was borrowed is the caller's
    /// to remember.
    #[inline(always)]
    pub fn untagged(self) -> StackRef {
        StackRef(self.0 & !BORROWED)
    }

    /// Releases the content.
    ///
    /// # Safety
    /// The content is not used again.
    #[inline(always)]
    pub unsafe fn close(self) {
        if self.0 & BORROWED == 0 {
            // SAFETY: an unborrowed content owns a count.
            unsafe { PyObject::decref(self.as_ptr()) }
        }
    }

    /// Gives the content up like [`StackRef::close`], but leaves the deallocation to the caller: the object when this was its
    /// last reference, else null.
    ///
    /// # Safety
    /// As [`StackRef::close`]; the object, if any, is deallocated next.
    #[inline(always)]
    #[must_use]
    pub unsafe fn give_up(self) -> *mut PyObject {
        if self.0 & BORROWED == 0 {
            let object = self.as_ptr();
            // SAFETY: an unborrowed content owns a count.
            unsafe {
                if checking::ON {
                    checking::live(&*object);
                }
                let n = (*object).refcnt();
                if (n as i32) >= 0 {
                    (*object).set_refcnt(n - 1);
                    if n == 1 {
                        return object;
                    }
                }
            }
        }
        core::ptr::null_mut()
    }

    /// As a bare word, for passing through a register.
    #[inline(always)]
    pub fn to_bits(self) -> u64 {
        self.0 as u64
    }

    /// Back from a bare word.
    ///
    /// # Safety
    /// The word came from [`StackRef::to_bits`].
    #[inline(always)]
    pub unsafe fn from_bits(bits: u64) -> StackRef {
        StackRef(bits as usize)
    }

    /// Identity with an object.
    #[inline(always)]
    pub fn is(self, o: &PyObject) -> bool {
        core::ptr::eq(self.as_ptr(), o)
    }
}
