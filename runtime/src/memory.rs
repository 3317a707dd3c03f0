//! Getting and giving back object memory: `tp_alloc`, `tp_free` and deallocation with its depth limit.
//! Not here: the block allocator itself (`obmalloc/`), cycle collection (`gc/`), deallocators derived for payload structs (`alloc.rs`).

use core::ffi::c_void;

use crate::checking;
use crate::error::PyResult;
use crate::gc;
use crate::object::{PyObject, PyVarObject};
use crate::objects::dict::split;
use crate::objects::r#type::{PyType, flags};
use crate::obmalloc;
use crate::py::Py;
use crate::reference::{Layout, Ref};

/// What every object is aligned to.
pub const ALIGNMENT: usize = 16;

/// Bytes in front of an object of `ty`: the collector's head and the managed dict and weak-reference pointers.
#[inline(always)]
pub fn presize(ty: &PyType) -> usize {
    let f = ty.tp_flags.get();
    let mut n = 0;
    if f & flags::HAVE_GC != 0 {
        n += size_of::<gc::GcHead>();
    }
    if f & flags::PREHEADER != 0 {
        n += 2 * size_of::<*mut PyObject>();
    }
    n
}

/// Memory for an object of `ty` with `items` items: zeroed, head set, one reference, heap types counted, not tracked yet.
/// `MemoryError` when it cannot be had.
#[inline]
pub fn alloc_object(py: Py<'_>, ty: &PyType, items: usize) -> PyResult<*mut PyObject> {
    let Some(size) = object_size(ty, items) else { return Err(py.no_memory()) };
    if ty.tp_flags.get() & flags::INLINE_VALUES != 0 {
        // SAFETY: the values stand right behind the basic size; such types have no items.
        return unsafe {
            let op = alloc_sized(py, ty, size + split::inline_size(ty), items)?;
            split::init_inline_values(op, ty);
            Ok(op)
        };
    }
    // SAFETY: size and presize describe an object of `ty`.
    unsafe { alloc_sized(py, ty, size, items) }
}

/// `tp_basicsize + items * tp_itemsize`, rounded up to a pointer; with inline values where the type has them.
#[inline(always)]
pub fn object_size(ty: &PyType, items: usize) -> Option<usize> {
    let base = ty.tp_basicsize.get() as usize;
    let size = items.checked_mul(ty.tp_itemsize.get() as usize)?.checked_add(base)?.checked_add(7)? & !7;
    (size <= isize::MAX as usize - 64).then_some(size)
}

/// Memory for an object of `ty` that takes `size` bytes.
///
/// # Safety
/// `size` is at least `tp_basicsize` and covers the items.
#[inline]
pub unsafe fn alloc_sized(py: Py<'_>, ty: &PyType, size: usize, items: usize) -> PyResult<*mut PyObject> {
    let pre = presize(ty);
    let Some(block) = obmalloc::alloc_zeroed(py, size + pre) else { return Err(py.no_memory()) };
    // SAFETY: the block has `pre + size` bytes.
    unsafe {
        let op: *mut PyObject = block.add(pre).cast();
        PyObject::init(op, ty);
        if ty.tp_itemsize.get() != 0 {
            (*op.cast::<PyVarObject>()).ob_size.set(items as isize);
        }
        if ty.tp_flags.get() & flags::HEAPTYPE != 0 {
            ty.incref();
        }
        if ty.tp_flags.get() & flags::HAVE_GC != 0 {
            gc::note_allocation(py);
        }
        Ok(op)
    }
}

/// Memory for an object of exactly `ty`, a static type, whose size and kind are known where this is called: head set, one
/// reference, not tracked yet. Its fields are not set.
///
/// # Safety
/// `collectable` is what the type says; `size` covers the object; the caller sets every field.
#[inline(always)]
pub unsafe fn alloc_plain(
    py: Py<'_>,
    ty: &'static PyType,
    collectable: bool,
    size: usize,
) -> PyResult<*mut PyObject> {
    let pre = if collectable { size_of::<gc::GcHead>() } else { 0 };
    debug_assert_eq!(pre, presize(ty), "{}", ty.name());
    let Some(block) = obmalloc::alloc(pre + size) else { return Err(py.no_memory()) };
    // SAFETY: the block has `pre + size` bytes.
    unsafe {
        if collectable {
            block.cast::<gc::GcHead>().write(gc::GcHead::detached());
            gc::note_allocation(py);
        }
        let op: *mut PyObject = block.add(pre).cast();
        PyObject::init(op, ty);
        Ok(op)
    }
}

/// Gives back the memory of an object made by [`alloc_plain`].
///
/// # Safety
/// As [`free_object`].
#[inline(always)]
pub unsafe fn free_plain(op: *mut PyObject, collectable: bool) {
    // SAFETY: by contract.
    unsafe {
        if checking::ON {
            let before = if collectable { size_of::<gc::GcHead>() } else { 0 };
            checking::freeing(&*op, op.cast::<u8>().sub(before), collectable);
        }
        if collectable {
            gc::note_free();
            obmalloc::free(op.cast::<u8>().sub(size_of::<gc::GcHead>()));
        } else {
            obmalloc::free(op.cast());
        }
    }
}

/// Gives the memory of a dead object back (`PyObject_Free` / `PyObject_GC_Del`): its fields are released already.
///
/// # Safety
/// `op` was made by [`alloc_sized`] and nobody uses it any more. It is untracked.
#[inline]
pub unsafe fn free_object(op: *mut PyObject) {
    // SAFETY: the type is alive until after this call (heap types are released by the caller afterwards).
    unsafe {
        let ty = (*op).ty();
        let collectable = ty.tp_flags.get() & flags::HAVE_GC != 0;
        if checking::ON {
            checking::freeing(&*op, op.cast::<u8>().sub(presize(ty)), collectable);
        }
        if collectable {
            gc::note_free();
        }
        obmalloc::free(op.cast::<u8>().sub(presize(ty)));
    }
}

/// `tp_free` of every type: [`free_object`] behind the C ABI.
///
/// # Safety
/// As [`free_object`].
pub unsafe extern "C-unwind" fn tp_free(op: *mut c_void) {
    // SAFETY: by contract.
    unsafe { free_object(op.cast()) }
}

/// `tp_alloc` of every type (`PyType_GenericAlloc`): tracks what the collector should see.
///
/// # Safety
/// C-ABI slot; the thread is attached.
pub unsafe extern "C-unwind" fn tp_alloc(ty: *const PyType, items: isize) -> *mut PyObject {
    // SAFETY: called by the interpreter with a live type.
    unsafe {
        let py = Py::assume();
        let (ty_ref, items) = (&*ty, items.max(0) as usize);
        let allocated = match ty_ref.tp_itemsize.get() {
            0 => alloc_object(py, ty_ref, 0),
            // One item more than asked for stands as a sentinel, as extension types expect it.
            _ => match object_size(ty_ref, items + 1) {
                Some(size) => alloc_sized(py, ty_ref, size, items),
                None => Err(py.no_memory()),
            },
        };
        match allocated {
            Ok(op) => {
                if (*ty).tp_flags.get() & flags::HAVE_GC != 0 {
                    gc::track(&*op);
                }
                op
            }
            Err(_) => core::ptr::null_mut(),
        }
    }
}

/// Has the processor fetch an object that is soon to be looked at; no effect where there is no such instruction.
#[inline(always)]
pub fn prefetch(op: *const PyObject) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which reads nothing.
    unsafe {
        core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_T0 }>(op.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = op;
}

/// Deallocates an object whose last reference is gone. Deep chains of containers are put off to a list (the "trashcan")
/// when the native stack runs low.
///
/// # Safety
/// The count is zero and the caller held the last reference.
#[inline(never)]
pub unsafe fn dealloc(op: *mut PyObject) {
    // SAFETY: by contract; destructors take care of everything below.
    unsafe {
        let py = Py::assume();
        if checking::ON {
            checking::dying(&*op);
        }
        let ty = (*op).ty();
        let Some(destructor) = ty.tp_dealloc.get() else { return };
        if py.stack_is_low() && ty.tp_flags.get() & flags::HAVE_GC != 0 {
            gc::put_off_dealloc(py, op);
            return;
        }
        let saved = py.thread().current_exception.as_raw();
        destructor(op);
        if (checking::ON || cfg!(debug_assertions))
            && !core::ptr::eq(saved, py.thread().current_exception.as_raw())
        {
            checking::report("a destructor changed the exception");
        }
        if !py.thread().delete_later.get().is_null() && !py.stack_is_low() {
            gc::run_put_off_deallocs(py);
        }
    }
}

/// An object of `ty` as a typed reference; the payload is still zero.
///
/// # Safety
/// `T` is the layout of `ty`'s instances and all-zero is a valid `T`.
#[inline]
pub unsafe fn new_zeroed<T: Layout>(py: Py<'_>, ty: &PyType, items: usize) -> PyResult<Ref<T>> {
    let op = alloc_object(py, ty, items)?;
    // SAFETY: fresh, one count, by contract a T.
    Ok(unsafe { Ref::from_owned(op.cast()) })
}
