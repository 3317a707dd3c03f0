//! Methods, properties and slots of `memoryview`.

use core::ffi::{c_int, c_void};

use krait_macros::pymethods;

use super::{
    C, FORTRAN, MAX_DIMENSIONS, PIL, PyManagedBuffer, PyMemoryView, compare, dimensions, format_of, item,
    iterator, walk,
};
use crate::error::PyResult;
use crate::gc;
use crate::memory;
use crate::object::PyObject;
use crate::objects::{PyBool, PyBytes, PyInt, PyList, PySlice, PyStr, PyTuple, PyType};
use crate::protocol::buffer::{Buffer, Py_buffer, buf};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::ret::IntoPy;
use crate::slots::VisitProc;
use crate::{bail, raise};

const CANNOT_FIT: &str = "cannot fit '{}' into an index-sized integer";

/// What a subscript asks for.
enum Key {
    Index(isize),
    Slice(Ref<PySlice>),
    /// One index for each of the first dimensions.
    Indices(Vec<isize>),
    Slices,
}

fn key_of(py: Py<'_>, key: &PyObject) -> PyResult<Key> {
    if key.is_index() {
        return key.to_index_isize(py, CANNOT_FIT).map(Key::Index);
    }
    if let Some(slice) = key.downcast::<PySlice>() {
        return Ok(Key::Slice(slice.new_ref()));
    }
    if let Some(tuple) = key.downcast::<PyTuple>() {
        let items = tuple.as_slice();
        if items.iter().all(|item| item.is_index()) {
            let indices = items.iter().map(|item| item.to_index_isize(py, CANNOT_FIT));
            return indices.collect::<PyResult<Vec<_>>>().map(Key::Indices);
        }
        if items.iter().all(|item| item.downcast::<PySlice>().is_some()) {
            return Ok(Key::Slices);
        }
    }
    bail!(py, TypeError, "memoryview: invalid slice key")
}

impl PyMemoryView {
    fn char(&self, py: Py<'_>) -> PyResult<u8> {
        item::adjusted(py, format_of(self.view()))
    }

    fn ndim(&self) -> usize {
        self.view().ndim.max(0) as usize
    }

    fn start(&self) -> *mut u8 {
        self.view().buf.cast()
    }

    /// Whether a subscript means the one item of a view without dimensions; an error for what does not fit such a view.
    fn scalar_key(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        if key.downcast::<PyTuple>().is_some_and(PyTuple::is_empty) {
            return Ok(true);
        }
        if key.is(crate::objects::PyEllipsis::get()) {
            return Ok(false);
        }
        bail!(py, TypeError, "invalid indexing of 0-dim memory")
    }

    fn address(&self, py: Py<'_>, indices: &[isize]) -> PyResult<*mut u8> {
        let n = self.ndim();
        if indices.len() > n {
            bail!(py, TypeError, "cannot index {n}-dimension view with {}-element tuple", indices.len());
        }
        let mut p = self.start();
        for (dimension, &index) in indices.iter().enumerate() {
            // SAFETY: the dimensions before led to `p`.
            p = unsafe { walk::lookup(py, self.view(), p, dimension, index)? };
        }
        Ok(p)
    }

    fn item_at(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyObject>> {
        let c = self.char(py)?;
        match self.ndim() {
            0 => bail!(py, TypeError, "invalid indexing of 0-dim memory"),
            1 => {
                let p = self.address(py, &[index])?;
                // SAFETY: an item stands there.
                unsafe { item::unpack(py, p, c) }
            }
            _ => bail!(py, NotImplementedError, "multi-dimensional sub-views are not implemented"),
        }
    }

    /// A view of part of the first dimension.
    fn sliced(&self, py: Py<'_>, slice: &PySlice) -> PyResult<Ref<PyMemoryView>> {
        self.check_unrestricted(py)?;
        let new = PyMemoryView::on(py, self.managed(py)?, self.view())?;
        // The bounds may release this view: all that is asked from here on is the new one's.
        let len = dimensions(new.view()).shape.first().copied().unwrap_or(0);
        let wanted = slice.indices(py, || len.max(0) as usize)?;
        let n = new.ndim();
        let stride = dimensions(new.view()).strides.first().copied().unwrap_or(0);
        let cells = new.cells();
        if let (Some(shape), Some(step)) = (cells.first(), cells.get(n)) {
            shape.set(wanted.len as isize);
            step.set(stride.wrapping_mul(wanted.step));
        }
        // Where the first dimension's items are pointers, stepping among them moves the start all the same.
        let offset = stride.wrapping_mul(wanted.start);
        new.view_mut(|v| v.buf = v.buf.wrapping_byte_offset(offset));
        let items: isize = cells.iter().take(n).map(core::cell::Cell::get).product();
        new.view_mut(|v| v.len = items.wrapping_mul(v.itemsize));
        new.update_flags();
        Ok(new)
    }

    fn list(&self, py: Py<'_>, p: *mut u8, dimension: usize, c: u8) -> PyResult<Ref<PyObject>> {
        let d = dimensions(self.view());
        let Some(&len) = d.shape.get(dimension) else {
            // SAFETY: all dimensions led to an item.
            return unsafe { item::unpack(py, p, c) };
        };
        let mut items = Vec::new();
        py.room_in(&mut items, usize::try_from(len).unwrap_or(0))?;
        for index in 0..len {
            // SAFETY: the dimensions before led to `p`.
            let inner = unsafe { walk::lookup(py, self.view(), p, dimension, index)? };
            items.push(self.list(py, inner, dimension + 1, c)?);
        }
        PyList::from_vec(py, items).map(Ref::upcast)
    }

    /// Writes an item; converting the value may have run any code, so the view is looked at again.
    fn store(&self, py: Py<'_>, p: *mut u8, value: &PyObject, c: u8) -> PyResult<()> {
        let bytes = item::pack(py, value, c)?;
        self.check_alive(py)?;
        let size = item::item_size(c).unwrap_or(0) as usize;
        // SAFETY: an item of that size stands there; the view is held and writable.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), p, size.min(bytes.len())) };
        Ok(())
    }

    fn numbers(&self, py: Py<'_>, which: impl FnOnce(&Py_buffer) -> &[isize]) -> PyResult<Ref<PyTuple>> {
        self.check_alive(py)?;
        let items = which(self.view()).iter().map(|&n| n.into_py(py)).collect::<PyResult<Vec<_>>>()?;
        PyTuple::from_vec(py, items)
    }

    /// A view of the same memory as one dimension of items of `format`.
    fn cast_flat(&self, py: Py<'_>, format: &PyStr) -> PyResult<Ref<PyMemoryView>> {
        let text = format.to_string_lossy();
        let Some(source) = item::native_char(format_of(self.view())) else {
            bail!(
                py,
                ValueError,
                "memoryview: source format must be a native single character format prefixed with an optional '@'"
            );
        };
        let target = item::native_char(text.as_bytes())
            .and_then(|c| Some((c, item::item_size(c)?, item::static_format(c, text.starts_with('@'))?)));
        let Some((c, itemsize, name)) = target else {
            bail!(
                py,
                ValueError,
                "memoryview: destination format must be a native single character format prefixed with an \
                 optional '@'"
            );
        };
        let is_byte = |c: u8| matches!(c, b'b' | b'B' | b'c');
        if !is_byte(source) && !is_byte(c) {
            bail!(py, TypeError, "memoryview: cannot cast between two non-byte formats");
        }
        if self.view().len % itemsize != 0 {
            bail!(py, TypeError, "memoryview: length is not a multiple of itemsize");
        }
        let new = PyMemoryView::of_dimensions(py, self.managed(py)?, self.view(), 1)?;
        new.view_mut(|v| {
            v.format = name.as_ptr().cast_mut();
            v.itemsize = itemsize;
            v.suboffsets = core::ptr::null_mut();
        });
        if let [shape, stride, ..] = new.cells() {
            shape.set(self.view().len / itemsize);
            stride.set(itemsize);
        }
        Ok(new)
    }

    /// A C-contiguous view of the same memory in the given shape.
    fn cast_shaped(&self, py: Py<'_>, flat: &PyMemoryView, shape: &[isize]) -> PyResult<Ref<PyMemoryView>> {
        let view = flat.view();
        let new = PyMemoryView::of_dimensions(py, self.managed(py)?, view, shape.len())?;
        new.view_mut(|v| v.suboffsets = core::ptr::null_mut());
        let mut len = view.itemsize;
        for (i, &n) in shape.iter().enumerate().rev() {
            if let (Some(cell), Some(stride)) = (new.cells().get(i), new.cells().get(shape.len() + i)) {
                cell.set(n);
                stride.set(len);
            }
            len = len.checked_mul(n).unwrap_or(-1);
        }
        if len != view.len {
            bail!(py, TypeError, "memoryview: product(shape) * itemsize != buffer size");
        }
        Ok(new)
    }
}

/// The numbers of a `shape` argument.
fn shape_of(py: Py<'_>, given: &[Ref<PyObject>]) -> PyResult<Vec<isize>> {
    let mut shape = Vec::with_capacity(given.len());
    let mut product: isize = 1;
    for value in given {
        let Some(n) = value.downcast::<PyInt>() else {
            bail!(py, TypeError, "memoryview.cast(): elements of shape must be integers");
        };
        let Some(n) = n.as_i64() else {
            bail!(py, OverflowError, "Python int too large to convert to C ssize_t");
        };
        if n <= 0 {
            bail!(py, ValueError, "memoryview.cast(): elements of shape must be integers > 0");
        }
        product = match product.checked_mul(n as isize) {
            Some(product) => product,
            None => bail!(py, ValueError, "memoryview.cast(): product(shape) > SSIZE_MAX"),
        };
        shape.push(n as isize);
    }
    Ok(shape)
}

#[pymethods(class = "memoryview")]
impl PyMemoryView {
    #[new]
    #[sig("(object)")]
    fn new(py: Py<'_>, _cls: &PyType, object: &PyObject) -> PyResult<Ref<PyObject>> {
        PyMemoryView::from_object(py, object).map(Ref::upcast)
    }

    #[classmethod]
    #[sig("($type, /, object, flags)")]
    fn _from_flags(_cls: &PyType, py: Py<'_>, object: &PyObject, flags: i32) -> PyResult<Ref<PyObject>> {
        if let Some(view) = object.downcast::<PyMemoryView>() {
            view.check_alive(py)?;
            view.check_unrestricted(py)?;
        }
        PyMemoryView::from_flags(py, object, flags).map(Ref::upcast)
    }

    #[classmethod(name = "__class_getitem__")]
    #[sig("($type, object, /)")]
    fn class_getitem(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::generic_alias::class_getitem(py, cls, object)
    }

    #[pymethod(name = "release")]
    fn release_method(&self, py: Py<'_>) -> PyResult<()> {
        self.release(py)
    }

    #[pymethod]
    fn __enter__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check_alive(py)?;
        Ok(self.to_ref())
    }

    #[pymethod]
    fn __exit__(&self, py: Py<'_>, _exc_info: &[&PyObject]) -> PyResult<()> {
        self.release(py)
    }

    #[pymethod]
    #[sig("($self, /, format, shape=<unrepresentable>)")]
    fn cast(&self, py: Py<'_>, format: &PyStr, shape: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        self.check_alive(py)?;
        self.check_unrestricted(py)?;
        if !self.has(C) {
            bail!(py, TypeError, "memoryview: casts are restricted to C-contiguous views");
        }
        if (shape.is_some() || self.ndim() != 1)
            && (dimensions(self.view()).shape.contains(&0) || dimensions(self.view()).strides.contains(&0))
        {
            bail!(py, TypeError, "memoryview: cannot cast view with zeros in shape or strides");
        }
        let shape = match shape {
            None => None,
            Some(shape) => {
                let list = shape.downcast::<PyList>().map(PyList::to_vec);
                let Some(items) = list.or_else(|| shape.downcast::<PyTuple>().map(|t| t.as_slice().to_vec()))
                else {
                    bail!(py, TypeError, "shape must be a list or a tuple");
                };
                if items.len() > MAX_DIMENSIONS {
                    bail!(
                        py,
                        ValueError,
                        "memoryview: number of dimensions must not exceed {MAX_DIMENSIONS}"
                    );
                }
                if self.ndim() != 1 && items.len() != 1 {
                    bail!(py, TypeError, "memoryview: cast must be 1D -> ND or ND -> 1D");
                }
                Some(items)
            }
        };
        let flat = self.cast_flat(py, format)?;
        let new = match shape {
            None => flat,
            Some(items) => self.cast_shaped(py, &flat, &shape_of(py, &items)?)?,
        };
        new.update_flags();
        gc::track(&new);
        Ok(new.upcast())
    }

    #[pymethod]
    fn toreadonly(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check_alive(py)?;
        self.check_unrestricted(py)?;
        let new = PyMemoryView::on(py, self.managed(py)?, self.view())?;
        new.view_mut(|v| v.readonly = 1);
        Ok(new.upcast())
    }

    #[pymethod]
    fn tolist(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check_alive(py)?;
        let c = self.char(py)?;
        self.list(py, self.start(), 0, c)
    }

    #[pymethod]
    #[sig("($self, /, order='C')")]
    fn tobytes(
        &self,
        py: Py<'_>,
        #[default(crate::args::NoneOr(None))] order: crate::args::NoneOr<&PyStr>,
    ) -> PyResult<Ref<PyBytes>> {
        self.check_alive(py)?;
        let order = match order.0 {
            None => b'C',
            Some(s) if s.eq_str("C") => b'C',
            Some(s) if s.eq_str("F") => b'F',
            Some(s) if s.eq_str("A") => b'A',
            Some(_) => bail!(py, ValueError, "order must be 'C', 'F' or 'A'"),
        };
        walk::to_bytes(py, self.view(), order)
    }

    #[pymethod]
    #[sig("($self, /, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn hex(
        &self,
        py: Py<'_>,
        sep: Option<&PyObject>,
        #[default(1)] bytes_per_sep: i32,
    ) -> PyResult<Ref<PyStr>> {
        self.check_alive(py)?;
        let bytes = walk::to_contiguous(py, self.view(), b'C')?;
        self.lending(|| crate::objects::bytes::hex::hex_text(py, &bytes, sep, bytes_per_sep))
    }

    #[pymethod]
    fn count(&self, py: Py<'_>, value: &PyObject) -> PyResult<isize> {
        let iterator = iterator::iterate(py, self)?;
        let mut n = 0;
        while let Some(item) = iterator.next(py)? {
            if item.is(value) || item.rich_compare(py, value, CompareOp::Eq)?.is_true(py)? {
                n += 1;
            }
        }
        Ok(n)
    }

    #[pymethod]
    #[sig("($self, value, start=0, stop=sys.maxsize, /)")]
    fn index(
        &self,
        py: Py<'_>,
        value: &PyObject,
        #[default(crate::args::SliceIndex(0))] start: crate::args::SliceIndex,
        #[default(crate::args::SliceIndex(isize::MAX))] stop: crate::args::SliceIndex,
    ) -> PyResult<isize> {
        self.check_alive(py)?;
        match self.ndim() {
            0 => bail!(py, TypeError, "invalid lookup on 0-dim memory"),
            1 => {}
            _ => bail!(py, NotImplementedError, "multi-dimensional lookup is not implemented"),
        }
        let len = dimensions(self.view()).shape.first().copied().unwrap_or(0);
        let clip = |n: isize| if n < 0 { (n + len).max(0) } else { n };
        for at in clip(start.0)..clip(stop.0).min(len) {
            self.check_alive(py)?;
            let item = self.item_at(py, at)?;
            if item.is(value) || item.rich_compare(py, value, CompareOp::Eq)?.is_true(py)? {
                return Ok(at);
            }
        }
        bail!(py, ValueError, "memoryview.index(x): x not found")
    }

    #[getter]
    fn obj(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check_alive(py)?;
        // SAFETY: the managed buffer owns a reference on it until it is released.
        Ok(unsafe { self.view().obj.as_ref() }.map_or_else(|| py.none(), PyObject::to_ref))
    }

    #[getter]
    fn nbytes(&self, py: Py<'_>) -> PyResult<isize> {
        self.check_alive(py)?;
        Ok(self.view().len)
    }

    #[getter]
    fn itemsize(&self, py: Py<'_>) -> PyResult<isize> {
        self.check_alive(py)?;
        Ok(self.view().itemsize)
    }

    #[getter(name = "format")]
    fn get_format(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.check_alive(py)?;
        PyStr::new(py, &String::from_utf8_lossy(format_of(self.view())))
    }

    #[getter(name = "ndim")]
    fn get_ndim(&self, py: Py<'_>) -> PyResult<isize> {
        self.check_alive(py)?;
        Ok(self.ndim() as isize)
    }

    #[getter]
    fn shape(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.numbers(py, |v| dimensions(v).shape)
    }

    #[getter]
    fn strides(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.numbers(py, |v| dimensions(v).strides)
    }

    #[getter]
    fn suboffsets(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.numbers(py, |v| dimensions(v).suboffsets)
    }

    #[getter]
    fn readonly(&self, py: Py<'_>) -> PyResult<bool> {
        self.check_alive(py)?;
        Ok(self.view().readonly != 0)
    }

    #[getter]
    fn c_contiguous(&self, py: Py<'_>) -> PyResult<bool> {
        self.check_alive(py)?;
        Ok(self.has(C))
    }

    #[getter]
    fn f_contiguous(&self, py: Py<'_>) -> PyResult<bool> {
        self.check_alive(py)?;
        Ok(self.has(FORTRAN))
    }

    #[getter]
    fn contiguous(&self, py: Py<'_>) -> PyResult<bool> {
        self.check_alive(py)?;
        Ok(self.has(C | FORTRAN))
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let what = if self.is_released() { "released memory" } else { "memory" };
        PyStr::new(py, &format!("<{what} at {:#x}>", self.id()))
    }

    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        if self.hash.get() != -1 {
            return Ok(self.hash.get());
        }
        self.check_alive(py)?;
        if self.view().readonly == 0 {
            bail!(py, ValueError, "cannot hash writable memoryview object");
        }
        if !matches!(item::native_char(format_of(self.view())), Some(b'B' | b'b' | b'c')) {
            bail!(py, ValueError, "memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
        }
        // The exporter must be hashable itself.
        // SAFETY: the managed buffer owns a reference on it.
        if let Some(exporter) = unsafe { self.view().obj.as_ref() } {
            self.lending(|| exporter.hash(py))?;
        }
        let bytes = walk::to_bytes(py, self.view(), b'C')?;
        self.hash.set(bytes.hash(py)?);
        Ok(self.hash.get())
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let (CompareOp::Eq | CompareOp::Ne) = op else { return Ok(py.not_implemented()) };
        match compare::equal(py, self, other)? {
            Some(equal) => Ok(PyBool::get(equal == (op == CompareOp::Eq)).to_ref()),
            None => Ok(py.not_implemented()),
        }
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        iterator::iterate(py, self)
    }

    #[slot]
    fn mp_length(&self, py: Py<'_>) -> PyResult<isize> {
        self.check_alive(py)?;
        match dimensions(self.view()).shape.first() {
            Some(&n) => Ok(n),
            None => bail!(py, TypeError, "0-dim memory has no length"),
        }
    }

    #[slot]
    fn sq_length(&self, py: Py<'_>) -> PyResult<isize> {
        self.mp_length(py)
    }

    #[slot]
    fn sq_item(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyObject>> {
        self.check_alive(py)?;
        self.item_at(py, index)
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        self.check_alive(py)?;
        if self.ndim() == 0 {
            if !self.scalar_key(py, key)? {
                return Ok(self.to_ref());
            }
            let c = self.char(py)?;
            // SAFETY: the view's one item.
            return unsafe { item::unpack(py, self.start(), c) };
        }
        let key = key_of(py, key)?;
        // Finding the index may have run Python code.
        self.check_alive(py)?;
        match key {
            Key::Index(index) => self.item_at(py, index),
            Key::Slice(slice) => self.sliced(py, &slice).map(Ref::upcast),
            Key::Indices(indices) => {
                let c = self.char(py)?;
                if indices.len() < self.ndim() {
                    bail!(py, NotImplementedError, "sub-views are not implemented");
                }
                let p = self.address(py, &indices)?;
                // SAFETY: an item stands there.
                unsafe { item::unpack(py, p, c) }
            }
            Key::Slices => bail!(py, NotImplementedError, "multi-dimensional slicing is not implemented"),
        }
    }

    #[slot]
    fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        self.check_alive(py)?;
        let c = self.char(py)?;
        if self.view().readonly != 0 {
            bail!(py, TypeError, "cannot modify read-only memory");
        }
        let Some(value) = value else { bail!(py, TypeError, "cannot delete memory") };
        if self.ndim() == 0 {
            self.scalar_key(py, key)?;
            return self.store(py, self.start(), value, c);
        }
        let key = key_of(py, key)?;
        self.check_alive(py)?;
        match key {
            Key::Index(index) if self.ndim() == 1 => {
                let p = self.address(py, &[index])?;
                self.store(py, p, value, c)
            }
            Key::Index(_) => bail!(py, NotImplementedError, "sub-views are not implemented"),
            Key::Slice(slice) if self.ndim() == 1 => {
                let source = Buffer::with_flags(py, value, buf::FULL_RO)?;
                let target = self.sliced(py, &slice)?;
                self.check_alive(py)?;
                match source.view() {
                    Some(source) => walk::copy_one_dimension(py, target.view(), source),
                    None => Err(raise!(py, SystemError, "a view was asked for")),
                }
            }
            Key::Indices(indices) => {
                if indices.len() < self.ndim() {
                    bail!(py, NotImplementedError, "sub-views are not implemented");
                }
                let p = self.address(py, &indices)?;
                self.store(py, p, value, c)
            }
            Key::Slice(_) | Key::Slices => bail!(
                py,
                NotImplementedError,
                "memoryview slice assignments are currently restricted to ndim = 1"
            ),
        }
    }

    /// # Safety
    /// C-ABI slot.
    #[slot]
    unsafe extern "C-unwind" fn bf_getbuffer(op: *mut PyObject, view: *mut Py_buffer, flags: c_int) -> c_int {
        // SAFETY: slot call with a live memoryview and a view to fill.
        unsafe {
            let (py, this) = (Py::assume(), &*op.cast::<PyMemoryView>());
            match this.export(py, view, flags) {
                Ok(()) => 0,
                Err(_) => {
                    (*view).obj = core::ptr::null_mut();
                    -1
                }
            }
        }
    }

    /// # Safety
    /// C-ABI slot.
    #[slot]
    unsafe extern "C-unwind" fn bf_releasebuffer(op: *mut PyObject, _view: *mut Py_buffer) {
        // SAFETY: slot call with a live memoryview that exported a view.
        let this = unsafe { &*op.cast::<PyMemoryView>() };
        this.exports.set(this.exports.get() - 1);
    }

    /// # Safety
    /// C-ABI slot.
    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: slot contract: a dead memoryview, which nobody holds a buffer of.
        unsafe {
            let this = &*op.cast::<PyMemoryView>();
            gc::untrack(this);
            this.let_go();
            let managed = this.mbuf.replace(core::ptr::null_mut());
            if !managed.is_null() {
                PyObject::decref(managed.cast::<PyManagedBuffer>().cast());
            }
            crate::objects::weakref::clear_weakrefs(this);
            memory::free_object(op);
        }
    }

    /// # Safety
    /// C-ABI slot.
    #[slot]
    unsafe extern "C-unwind" fn tp_traverse(op: *mut PyObject, visit: VisitProc, arg: *mut c_void) -> c_int {
        // SAFETY: slot contract: a live memoryview.
        unsafe {
            let managed = (*op.cast::<PyMemoryView>()).mbuf.get();
            if managed.is_null() { 0 } else { visit(managed.cast(), arg) }
        }
    }

    /// # Safety
    /// C-ABI slot.
    #[slot]
    unsafe extern "C-unwind" fn tp_clear(op: *mut PyObject) -> c_int {
        // SAFETY: slot contract: a live memoryview; its reference on the managed buffer is given back.
        unsafe {
            let this = &*op.cast::<PyMemoryView>();
            if this.exports.get() == 0 {
                this.let_go();
                let managed = this.mbuf.replace(core::ptr::null_mut());
                if !managed.is_null() {
                    PyObject::decref(managed.cast());
                }
            }
        }
        0
    }
}

impl PyMemoryView {
    /// Fills `view` for a consumer.
    ///
    /// # Safety
    /// `view` is what the buffer slot got.
    unsafe fn export(&self, py: Py<'_>, view: *mut Py_buffer, flags: c_int) -> PyResult<()> {
        self.check_alive(py)?;
        self.check_unrestricted(py)?;
        let wants = |flag: c_int| flags & flag == flag;
        let base = self.view();
        if wants(buf::WRITABLE) && base.readonly != 0 {
            bail!(py, BufferError, "memoryview: underlying buffer is not writable");
        }
        if wants(buf::C_CONTIGUOUS) && !self.has(C) {
            bail!(py, BufferError, "memoryview: underlying buffer is not C-contiguous");
        }
        if wants(buf::F_CONTIGUOUS) && !self.has(FORTRAN) {
            bail!(py, BufferError, "memoryview: underlying buffer is not Fortran contiguous");
        }
        if wants(buf::ANY_CONTIGUOUS) && !self.has(C | FORTRAN) {
            bail!(py, BufferError, "memoryview: underlying buffer is not contiguous");
        }
        if !wants(buf::INDIRECT) && self.has(PIL) {
            bail!(py, BufferError, "memoryview: underlying buffer requires suboffsets");
        }
        let mut out = Py_buffer {
            buf: base.buf,
            obj: self.as_ptr(),
            len: base.len,
            itemsize: base.itemsize,
            readonly: base.readonly,
            ndim: base.ndim,
            format: if wants(buf::FORMAT) { base.format } else { core::ptr::null_mut() },
            shape: base.shape,
            strides: base.strides,
            suboffsets: base.suboffsets,
            internal: base.internal,
        };
        if !wants(buf::STRIDES) {
            if !self.has(C) {
                bail!(py, BufferError, "memoryview: underlying buffer is not C-contiguous");
            }
            out.strides = core::ptr::null_mut();
        }
        if !wants(buf::ND) {
            if !out.format.is_null() {
                bail!(
                    py,
                    BufferError,
                    "memoryview: cannot cast to unsigned bytes if the format flag is present"
                );
            }
            out.ndim = 1;
            out.shape = core::ptr::null_mut();
        }
        self.incref();
        self.exports.set(self.exports.get() + 1);
        // SAFETY: by contract.
        unsafe { view.write(out) };
        Ok(())
    }
}
