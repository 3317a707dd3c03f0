//! `memoryview` (PEP 3118): views on the buffers of other objects. Here: the objects' layout, making and releasing views. Methods:
//! `methods.rs`; items and their formats: `item.rs`; walking and copying many dimensions: `walk.rs`; comparison: `compare.rs`; iteration:
//! `iterator.rs`; buffers lent by Python classes (PEP 688): `lent.rs`.
//!
//! A managed buffer holds the one view that was got from the exporter; memoryviews share it and count as its exports. What a view
//! points to may be written by anybody at any time, but it does not move or go away before it is given back.

pub mod compare;
pub mod item;
pub mod iterator;
pub mod lent;
mod methods;
mod walk;

use core::cell::{Cell, UnsafeCell};
use core::ffi::{CStr, c_int, c_void};

use krait_macros::{pyclass, pymethods};

use crate::error::{PyResult, Raised};
use crate::gc;
use crate::memory;
use crate::object::{PyObject, PyVarObject};
use crate::objects::weakref::WeakList;
use crate::protocol::buffer::{Py_buffer, buf, get_view, release_view};
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::slots::{GetBufferProc, VisitProc};
use crate::{bail, raise};

pub(crate) use walk::{to_bytes, to_contiguous};

/// `PyBUF_MAX_NDIM`.
pub const MAX_DIMENSIONS: usize = 64;

/// `_PyManagedBufferObject`: the exporter's view.
#[pyclass(name = "managedbuffer", gc, manual, disallow_instantiation, no_alloc)]
#[repr(C)]
pub struct PyManagedBuffer {
    base: PyObject,
    flags: Cell<c_int>,
    /// Memoryviews on it that are not released.
    exports: Cell<isize>,
    master: UnsafeCell<Py_buffer>,
}

const RELEASED: c_int = 1;
const C: c_int = 2;
const FORTRAN: c_int = 4;
const SCALAR: c_int = 8;
const PIL: c_int = 16;
/// Lent to `__release_buffer__` only: no new views can be made of it.
const RESTRICTED: c_int = 32;

/// `PyMemoryViewObject`: shape, strides and suboffsets stand at its end, `ndim` numbers each.
#[pyclass(
    name = "memoryview",
    gc,
    manual,
    sequence,
    no_alloc,
    itemsize = 8,
    basicsize = 144,
    weaklist = weakreflist
)]
#[repr(C)]
pub struct PyMemoryView {
    ob_base: PyVarObject,
    mbuf: Cell<*mut PyManagedBuffer>,
    hash: Cell<isize>,
    flags: Cell<c_int>,
    exports: Cell<isize>,
    view: UnsafeCell<Py_buffer>,
    weakreflist: WeakList,
    ob_array: [Cell<isize>; 0],
}

#[pymethods(class = "managedbuffer")]
impl PyManagedBuffer {
    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: slot contract: a dead managed buffer; no memoryview is left.
        unsafe {
            (*op.cast::<PyManagedBuffer>()).release();
            gc::untrack(&*op);
            memory::free_object(op);
        }
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_traverse(op: *mut PyObject, visit: VisitProc, arg: *mut c_void) -> c_int {
        // SAFETY: slot contract: a live managed buffer.
        unsafe {
            let exporter = (*(*op.cast::<PyManagedBuffer>()).master.get()).obj;
            if exporter.is_null() { 0 } else { visit(exporter, arg) }
        }
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_clear(op: *mut PyObject) -> c_int {
        // SAFETY: slot contract: a live managed buffer.
        let this = unsafe { &*op.cast::<PyManagedBuffer>() };
        if this.exports.get() == 0 {
            this.release();
        }
        0
    }
}

impl PyManagedBuffer {
    fn empty(py: Py<'_>) -> PyResult<Ref<PyManagedBuffer>> {
        let op = memory::alloc_object(py, PyManagedBuffer::type_object(), 0)?;
        // SAFETY: fresh memory of that size; zero bytes are a valid value but for the view.
        let new: Ref<PyManagedBuffer> = unsafe {
            (*op.cast::<PyManagedBuffer>()).master.get().write(Py_buffer::EMPTY);
            Ref::from_owned(op.cast())
        };
        gc::track(&new);
        Ok(new)
    }

    /// Asks `object` for its buffer.
    fn from_object(py: Py<'_>, object: &PyObject, flags: c_int) -> PyResult<Ref<PyManagedBuffer>> {
        let new = PyManagedBuffer::empty(py)?;
        // SAFETY: the view stands in the object, which does not move.
        unsafe { get_view(py, object, new.master.get(), flags)? };
        Ok(new)
    }

    /// Asks the slot `getbuffer` of one of the classes of `object` for a buffer.
    ///
    /// # Safety
    /// The slot belongs to a class that `object` is an instance of.
    unsafe fn from_slot(
        py: Py<'_>,
        object: &PyObject,
        getbuffer: GetBufferProc,
        flags: c_int,
    ) -> PyResult<Ref<PyManagedBuffer>> {
        let new = PyManagedBuffer::empty(py)?;
        // SAFETY: by contract; the view stands in the new object, which does not move.
        if unsafe { getbuffer(object.as_ptr(), new.master.get(), flags) } != 0 {
            return Err(Raised::already(py));
        }
        Ok(new)
    }

    fn is_released(&self) -> bool {
        self.flags.get() & RELEASED != 0
    }

    fn release(&self) {
        if self.flags.replace(self.flags.get() | RELEASED) & RELEASED == 0 {
            // SAFETY: filled when the object was made, or empty.
            unsafe { release_view(self.master.get()) };
        }
    }
}

/// Shape, strides and suboffsets of a view as slices.
pub(crate) struct Dimensions<'a> {
    pub shape: &'a [isize],
    pub strides: &'a [isize],
    /// Empty when there are none.
    pub suboffsets: &'a [isize],
}

unsafe fn numbers<'a>(p: *const isize, n: usize) -> &'a [isize] {
    // SAFETY: by contract `n` numbers stand there, or the pointer is null.
    if p.is_null() { &[] } else { unsafe { core::slice::from_raw_parts(p, n) } }
}

/// The format of a view: "B" when it says none.
pub(crate) fn format_of(view: &Py_buffer) -> &[u8] {
    if view.format.is_null() {
        return b"B";
    }
    // SAFETY: exporters give a C string that lives as long as the view.
    unsafe { CStr::from_ptr(view.format) }.to_bytes()
}

/// The dimensions of a complete view (`PyBUF_FULL_RO`, or a memoryview's own).
pub(crate) fn dimensions(view: &Py_buffer) -> Dimensions<'_> {
    let n = view.ndim.max(0) as usize;
    // SAFETY: each pointer is null or has `ndim` numbers behind it.
    unsafe {
        Dimensions {
            shape: numbers(view.shape, n),
            strides: numbers(view.strides, n),
            suboffsets: numbers(view.suboffsets, n),
        }
    }
}

impl PyMemoryView {
    /// A memoryview on `object` (`PyMemoryView_FromObject`).
    pub fn from_object(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyMemoryView>> {
        if let Some(other) = object.downcast::<PyMemoryView>() {
            other.check_alive(py)?;
            other.check_unrestricted(py)?;
            return PyMemoryView::on(py, other.managed(py)?, other.view());
        }
        if !object.has_buffer() {
            bail!(py, TypeError, "memoryview: a bytes-like object is required, not '{}'", object.ty().name());
        }
        PyMemoryView::from_flags(py, object, buf::FULL_RO)
    }

    /// A memoryview on what `object` exports for these `PyBUF_*` flags.
    pub fn from_flags(py: Py<'_>, object: &PyObject, flags: c_int) -> PyResult<Ref<PyMemoryView>> {
        let managed = PyManagedBuffer::from_object(py, object, flags)?;
        // SAFETY: the view stands in `managed`, which is alive.
        PyMemoryView::on(py, &managed, unsafe { &*managed.master.get() })
    }

    /// A memoryview on what `object` exports through the slot of one of its classes, which need not be its own.
    ///
    /// # Safety
    /// The slot belongs to a class that `object` is an instance of.
    pub(crate) unsafe fn from_slot(
        py: Py<'_>,
        object: &PyObject,
        getbuffer: GetBufferProc,
        flags: c_int,
    ) -> PyResult<Ref<PyMemoryView>> {
        // SAFETY: by contract.
        let managed = unsafe { PyManagedBuffer::from_slot(py, object, getbuffer, flags)? };
        // SAFETY: the view stands in `managed`, which is alive.
        PyMemoryView::on(py, &managed, unsafe { &*managed.master.get() })
    }

    /// A memoryview on a view that somebody else gives back, and owns it no longer than until then.
    fn borrowing(py: Py<'_>, view: &Py_buffer) -> PyResult<Ref<PyMemoryView>> {
        let managed = PyManagedBuffer::empty(py)?;
        let master = Py_buffer {
            buf: view.buf,
            obj: core::ptr::null_mut(),
            len: view.len,
            itemsize: view.itemsize,
            readonly: view.readonly,
            ndim: view.ndim,
            format: view.format,
            shape: view.shape,
            strides: view.strides,
            suboffsets: view.suboffsets,
            internal: view.internal,
        };
        // SAFETY: nobody else looks at the fresh object's view.
        unsafe { managed.master.get().write(master) };
        // SAFETY: as above.
        PyMemoryView::on(py, &managed, unsafe { &*managed.master.get() })
    }

    /// A fresh memoryview on a managed buffer, with the dimensions of `source` (`mbuf_add_view`).
    fn on(py: Py<'_>, managed: &PyManagedBuffer, source: &Py_buffer) -> PyResult<Ref<PyMemoryView>> {
        let ndim = source.ndim.max(0) as usize;
        if ndim > MAX_DIMENSIONS {
            bail!(py, ValueError, "memoryview: number of dimensions must not exceed {MAX_DIMENSIONS}");
        }
        let new = PyMemoryView::of_dimensions(py, managed, source, ndim)?;
        let d = dimensions(source);
        let cells = new.cells();
        let itemsize = source.itemsize.max(1);
        for (i, cell) in cells.iter().take(ndim).enumerate() {
            let flat = source.len / itemsize;
            cell.set(d.shape.get(i).copied().unwrap_or(flat));
        }
        let mut stride = source.itemsize;
        for i in (0..ndim).rev() {
            if let Some(cell) = cells.get(ndim + i) {
                cell.set(d.strides.get(i).copied().unwrap_or(stride));
            }
            stride = stride.wrapping_mul(cells.get(i).map_or(1, Cell::get));
        }
        for (cell, &offset) in cells.iter().skip(2 * ndim).zip(d.suboffsets) {
            cell.set(offset);
        }
        if d.suboffsets.is_empty() {
            new.view_mut(|v| v.suboffsets = core::ptr::null_mut());
        }
        new.update_flags();
        gc::track(&new);
        Ok(new)
    }

    /// A memoryview with room for `ndim` dimensions that are yet to be filled in, everything else from `source`. Not tracked.
    fn of_dimensions(
        py: Py<'_>,
        managed: &PyManagedBuffer,
        source: &Py_buffer,
        ndim: usize,
    ) -> PyResult<Ref<PyMemoryView>> {
        let op = memory::alloc_object(py, PyMemoryView::type_object(), 3 * ndim)?;
        // SAFETY: fresh zeroed memory with room for the numbers; all fields are set before it is seen.
        unsafe {
            let new = op.cast::<PyMemoryView>();
            managed.incref();
            managed.exports.set(managed.exports.get() + 1);
            (*new).mbuf.set(core::ptr::from_ref(managed).cast_mut());
            (*new).hash.set(-1);
            let array = (&raw mut (*new).ob_array).cast::<isize>();
            let at = |n: usize| if ndim == 0 { core::ptr::null_mut() } else { array.add(n * ndim) };
            (*new).view.get().write(Py_buffer {
                buf: source.buf,
                obj: (*managed.master.get()).obj,
                len: source.len,
                itemsize: source.itemsize,
                readonly: source.readonly,
                ndim: ndim as c_int,
                format: if source.format.is_null() { c"B".as_ptr().cast_mut() } else { source.format },
                shape: at(0),
                strides: at(1),
                suboffsets: at(2),
                internal: source.internal,
            });
            Ok(Ref::from_owned(new))
        }
    }

    /// The numbers at the object's end.
    fn cells(&self) -> &[Cell<isize>] {
        // SAFETY: `ob_size` numbers stand there.
        unsafe { core::slice::from_raw_parts((&raw const self.ob_array).cast(), self.ob_base.size()) }
    }

    /// The view.
    pub fn view(&self) -> &Py_buffer {
        // SAFETY: changed only while the object is being made.
        unsafe { &*self.view.get() }
    }

    fn view_mut(&self, change: impl FnOnce(&mut Py_buffer)) {
        // SAFETY: called while the object is being made: nobody holds a reference into the view.
        change(unsafe { &mut *self.view.get() });
    }

    fn managed(&self, py: Py<'_>) -> PyResult<&PyManagedBuffer> {
        // SAFETY: the pointer owns a reference until the object dies or is cleared.
        match unsafe { self.mbuf.get().as_ref() } {
            Some(managed) => Ok(managed),
            None => Err(released(py)),
        }
    }

    pub(crate) fn is_released(&self) -> bool {
        // SAFETY: as in `managed`.
        self.flags.get() & RELEASED != 0
            || unsafe { self.mbuf.get().as_ref() }.is_none_or(PyManagedBuffer::is_released)
    }

    fn check_alive(&self, py: Py<'_>) -> PyResult<()> {
        if self.is_released() { Err(released(py)) } else { Ok(()) }
    }

    fn check_unrestricted(&self, py: Py<'_>) -> PyResult<()> {
        if self.flags.get() & RESTRICTED != 0 {
            bail!(py, ValueError, "cannot create new view on restricted memoryview");
        }
        Ok(())
    }

    fn has(&self, flag: c_int) -> bool {
        self.flags.get() & flag != 0
    }

    /// Runs what may run Python code while the view counts as lent: it cannot be released meanwhile.
    fn lending<R>(&self, run: impl FnOnce() -> R) -> R {
        self.exports.set(self.exports.get() + 1);
        let result = run();
        self.exports.set(self.exports.get() - 1);
        result
    }

    /// Works out which kinds of contiguity the view has.
    fn update_flags(&self) {
        let view = self.view();
        let d = dimensions(view);
        let mut flags = self.flags.get() & !(C | FORTRAN | SCALAR | PIL);
        match view.ndim {
            0 => flags |= SCALAR | C | FORTRAN,
            _ => {
                if walk::is_contiguous(view, false) {
                    flags |= C;
                }
                if walk::is_contiguous(view, true) {
                    flags |= FORTRAN;
                }
            }
        }
        if !d.suboffsets.is_empty() {
            flags = (flags | PIL) & !(C | FORTRAN);
        }
        self.flags.set(flags);
    }

    /// Releases the view; `BufferError` when buffers made from it are still held.
    pub fn release(&self, py: Py<'_>) -> PyResult<()> {
        if self.has(RELEASED) {
            return Ok(());
        }
        match self.exports.get() {
            0 => {
                self.let_go();
                Ok(())
            }
            n => {
                let s = if n == 1 { "" } else { "s" };
                Err(raise!(py, BufferError, "memoryview has {n} exported buffer{s}"))
            }
        }
    }

    /// Ends this view's claim on the managed buffer; the last one gives the exporter's view back.
    fn let_go(&self) {
        if self.flags.replace(self.flags.get() | RELEASED) & RELEASED != 0 {
            return;
        }
        // SAFETY: as in `managed`; a reference keeps it alive while the exporter runs code.
        let Some(managed) = (unsafe { self.mbuf.get().as_ref() }) else { return };
        let managed = managed.new_ref();
        let left = managed.exports.get() - 1;
        managed.exports.set(left);
        if left == 0 {
            managed.release();
        }
    }
}

#[cold]
fn released(py: Py<'_>) -> crate::error::Raised {
    raise!(py, ValueError, "operation forbidden on released memoryview object")
}
