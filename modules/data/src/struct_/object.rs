//! `_struct.Struct`, the iterator over packed records, and the cache of compiled formats.

use std::rc::Rc;

use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::{Buffer, BufferArg};

use super::format::{Layout, compile};
use super::value;

/// `struct.error`.
pub(super) static ERROR: InterpreterLocal =
    InterpreterLocal::new(|py| new_exception_class(py, "struct.error", None, &[types::Exception()]));

/// Compiled formats by format object.
static CACHE: InterpreterLocal = InterpreterLocal::new(|py| PyDict::new(py).map(Ref::upcast));
const CACHE_LIMIT: usize = 100;

/// `_struct.Struct`.
#[pyclass(module = "_struct", name = "Struct", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Struct {
    base: PyObject,
    size: Cell<isize>,
    count: Cell<isize>,
    #[no_traverse]
    layout: Cell<Option<Rc<Layout>>>,
    format: Member<PyStr>,
    weaklist: WeakList,
}

/// The format argument as text.
fn format_text(py: Py<'_>, format: &PyObject) -> PyResult<(Vec<u8>, Ref<PyStr>)> {
    if let Some(text) = format.downcast::<PyStr>() {
        if !text.is_ascii() {
            let end = text.code_points().position(|c| c > 127).unwrap_or(0);
            let stop = end + text.code_points().skip(end).take_while(|c| *c > 127).count();
            return Err(py.raise_unicode_encode("ascii", text, end, stop, "ordinal not in range(128)"));
        }
        let bytes = text.as_ascii().unwrap_or_default().as_bytes().to_vec();
        return Ok((bytes, text.new_ref()));
    }
    let Some(bytes) = format.downcast::<PyBytes>() else {
        bail!(py, TypeError, "Struct() argument 1 must be a str or bytes object, not {}", format.ty().name());
    };
    Ok((bytes.as_bytes().to_vec(), PyStr::from_latin1(py, bytes.as_bytes())?))
}

impl Struct {
    fn empty(py: Py<'_>, cls: &PyType) -> PyResult<Ref<Struct>> {
        let new = Struct {
            base: PyObject::HEADER,
            size: Cell::new(-1),
            count: Cell::new(-1),
            layout: Cell::new(None),
            format: Member::empty(),
            weaklist: WeakList::EMPTY,
        };
        alloc_payload(py, cls, new)
    }

    fn prepare(&self, py: Py<'_>, format: &PyObject) -> PyResult<()> {
        let (bytes, text) = format_text(py, format)?;
        let layout = match compile(&bytes) {
            Ok(layout) => layout,
            Err(text) => return Err(ERROR.raise(py, format_args!("{text}"))),
        };
        self.size.set(layout.size as isize);
        self.count.set(layout.values as isize);
        self.layout.set(Some(Rc::new(layout)));
        self.format.set(text);
        Ok(())
    }

    pub(super) fn size(&self) -> isize {
        self.size.get()
    }

    /// The compiled format, kept alive even if Python code compiles another one into this object.
    #[inline]
    fn layout(&self, py: Py<'_>) -> PyResult<Rc<Layout>> {
        let layout = self.layout.take();
        self.layout.set(layout.clone());
        layout.ok_or_else(|| raise!(py, RuntimeError, "Struct object is not initialized"))
    }

    fn fill(py: Py<'_>, layout: &Layout, values: &[&PyObject], out: &mut [u8]) -> PyResult<()> {
        let mut values = values.iter();
        for item in &layout.items {
            for i in 0..item.repeat {
                let at = item.offset + i * item.size;
                let (Some(value), Some(place)) = (values.next(), out.get_mut(at..at + item.size)) else {
                    return Ok(());
                };
                value::pack(py, item, value, place, layout.little_endian, layout.native)?;
            }
        }
        Ok(())
    }

    /// Packs into a block on the stack when it is small.
    fn pack_with<R>(
        py: Py<'_>,
        layout: &Layout,
        values: &[&PyObject],
        then: impl FnOnce(&[u8]) -> PyResult<R>,
    ) -> PyResult<R> {
        let mut small = [0u8; 64];
        if let Some(out) = small.get_mut(..layout.size) {
            Struct::fill(py, layout, values, out)?;
            return then(out);
        }
        let mut out = Vec::new();
        if out.try_reserve_exact(layout.size).is_err() {
            return Err(py.no_memory());
        }
        out.resize(layout.size, 0);
        Struct::fill(py, layout, values, &mut out)?;
        then(&out)
    }

    fn check_count(py: Py<'_>, layout: &Layout, function: &str, given: usize) -> PyResult<()> {
        if given != layout.values {
            return Err(ERROR.raise(
                py,
                format_args!("{function} expected {} items for packing (got {given})", layout.values),
            ));
        }
        Ok(())
    }

    pub(super) fn pack_bytes(&self, py: Py<'_>, values: &[&PyObject]) -> PyResult<Ref<PyBytes>> {
        let layout = self.layout(py)?;
        Struct::check_count(py, &layout, "pack", values.len())?;
        Struct::pack_with(py, &layout, values, |bytes| PyBytes::new(py, bytes))
    }

    /// `pack_into(buffer, offset, *values)`.
    pub(super) fn pack_into_buffer(&self, py: Py<'_>, args: &[&PyObject]) -> PyResult<()> {
        let layout = self.layout(py)?;
        let (buffer, offset, values) = match args {
            [buffer, offset, values @ ..] => (*buffer, *offset, values),
            [_] => return Err(ERROR.raise(py, format_args!("pack_into expected offset argument"))),
            [] => return Err(ERROR.raise(py, format_args!("pack_into expected buffer argument"))),
        };
        Struct::check_count(py, &layout, "pack_into", values.len())?;
        let target = match Buffer::writable(py, buffer) {
            Ok(target) => target,
            Err(raised) => {
                py.clear_error(raised);
                bail!(
                    py,
                    TypeError,
                    "argument must be read-write bytes-like object, not {}",
                    if buffer.is_none() { "None" } else { buffer.ty().name() }
                );
            }
        };
        let offset = offset.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
        let (len, size) = (target.len() as isize, layout.size as isize);
        let at = if offset < 0 {
            if offset + size > 0 {
                return Err(ERROR.raise(py, format_args!("no space to pack {size} bytes at offset {offset}")));
            }
            if offset + len < 0 {
                return Err(
                    ERROR.raise(py, format_args!("offset {offset} out of range for {len}-byte buffer"))
                );
            }
            offset + len
        } else {
            offset
        };
        if len - at < size {
            return Err(ERROR.raise(
                py,
                format_args!(
                    "pack_into requires a buffer of at least {} bytes for packing {size} bytes at offset {at} (actual buffer size is {len})",
                    size as usize + at as usize
                ),
            ));
        }
        Struct::pack_with(py, &layout, values, |bytes| {
            target.write_at(at as usize, bytes);
            Ok(())
        })
    }

    fn read(py: Py<'_>, layout: &Layout, data: &[u8]) -> PyResult<Ref<PyTuple>> {
        let mut places = layout
            .items
            .iter()
            .flat_map(|item| (0..item.repeat).map(move |i| (item, item.offset + i * item.size)));
        PyTuple::from_fn(py, layout.values, || match places.next() {
            Some((item, at)) => {
                let place = data.get(at..at + item.size).unwrap_or_default();
                value::unpack(py, item, place, layout.little_endian)
            }
            None => Ok(py.none()),
        })
    }

    pub(super) fn unpack_object(&self, py: Py<'_>, buffer: &PyObject) -> PyResult<Ref<PyTuple>> {
        let layout = self.layout(py)?;
        let buffer = Buffer::new(py, buffer)?;
        if buffer.len() != layout.size {
            return Err(ERROR.raise(py, format_args!("unpack requires a buffer of {} bytes", layout.size)));
        }
        Struct::read(py, &layout, buffer.as_bytes())
    }

    pub(super) fn unpack_at(&self, py: Py<'_>, buffer: &Buffer, offset: isize) -> PyResult<Ref<PyTuple>> {
        let layout = self.layout(py)?;
        let (len, size) = (buffer.len() as isize, layout.size as isize);
        let at = if offset < 0 {
            if offset + size > 0 {
                return Err(ERROR
                    .raise(py, format_args!("not enough data to unpack {size} bytes at offset {offset}")));
            }
            if offset + len < 0 {
                return Err(
                    ERROR.raise(py, format_args!("offset {offset} out of range for {len}-byte buffer"))
                );
            }
            offset + len
        } else {
            offset
        };
        if len - at < size {
            return Err(ERROR.raise(
                py,
                format_args!(
                    "unpack_from requires a buffer of at least {} bytes for unpacking {size} bytes at offset {at} (actual buffer size is {len})",
                    size as usize + at as usize
                ),
            ));
        }
        Struct::read(py, &layout, buffer.as_bytes().get(at as usize..).unwrap_or_default())
    }
}

#[pymethods(class = "_struct.Struct")]
impl Struct {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        Struct::empty(py, cls).map(Ref::upcast)
    }
    #[init]
    #[sig("(format)")]
    fn init(&self, py: Py<'_>, format: &PyObject) -> PyResult<()> {
        self.prepare(py, format)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.layout(py)?;
        let format =
            self.format.get().map_or_else(|| Ok(PyStr::empty()), |format| format.as_object().repr(py))?;
        let mut out = krait_runtime::objects::str::StrBuilder::new();
        out.push_str(py, &format!("{}(", self.ty().dunder_name()))?;
        out.push(py, &format)?;
        out.push_str(py, ")")?;
        out.finish(py)
    }
    #[getter]
    fn format(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.format.get().ok_or_else(|| raise!(py, RuntimeError, "Struct object is not initialized"))
    }
    #[getter(name = "size")]
    fn get_size(&self) -> isize {
        self.size.get()
    }
    #[pymethod]
    #[raw(fastcall)]
    fn pack(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyBytes>> {
        self.pack_bytes(py, args.positional())
    }
    #[pymethod]
    #[raw(fastcall)]
    fn pack_into(&self, py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        self.pack_into_buffer(py, args.positional())
    }
    #[pymethod]
    fn unpack(&self, py: Py<'_>, buffer: &PyObject) -> PyResult<Ref<PyTuple>> {
        self.unpack_object(py, buffer)
    }
    #[pymethod]
    fn unpack_from(
        &self,
        py: Py<'_>,
        buffer: BufferArg,
        #[default(0)] offset: isize,
    ) -> PyResult<Ref<PyTuple>> {
        self.unpack_at(py, &buffer.0, offset)
    }
    #[pymethod]
    fn iter_unpack(&self, py: Py<'_>, buffer: &PyObject) -> PyResult<Ref<UnpackIterator>> {
        UnpackIterator::over(py, self, buffer)
    }
    #[pymethod]
    fn __sizeof__(&self, py: Py<'_>) -> PyResult<usize> {
        // A compiled code takes 32 bytes in CPython, and one ends the list.
        let codes = self.layout(py)?.items.len() + 1;
        Ok(size_of::<Struct>() + codes * 32)
    }
}

/// `_struct.unpack_iterator`.
#[pyclass(module = "_struct", name = "unpack_iterator", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct UnpackIterator {
    base: PyObject,
    structure: Member<Struct>,
    #[no_traverse]
    layout: Rc<Layout>,
    #[no_traverse]
    buffer: Cell<Option<Rc<Buffer>>>,
    index: Cell<usize>,
}

impl UnpackIterator {
    pub(super) fn over(py: Py<'_>, structure: &Struct, buffer: &PyObject) -> PyResult<Ref<UnpackIterator>> {
        let layout = structure.layout(py)?;
        if layout.size == 0 {
            return Err(ERROR.raise(py, format_args!("cannot iteratively unpack with a struct of length 0")));
        }
        let buffer = Buffer::new(py, buffer)?;
        if buffer.len() % layout.size != 0 {
            return Err(ERROR.raise(
                py,
                format_args!("iterative unpacking requires a buffer of a multiple of {} bytes", layout.size),
            ));
        }
        let new = UnpackIterator {
            base: PyObject::HEADER,
            structure: Member::new(structure.new_ref()),
            layout,
            buffer: Cell::new(Some(Rc::new(buffer))),
            index: Cell::new(0),
        };
        alloc_payload(py, UnpackIterator::type_object(), new)
    }

    fn buffer(&self) -> Option<Rc<Buffer>> {
        let buffer = self.buffer.take();
        self.buffer.set(buffer.clone());
        buffer
    }
}

#[pymethods(class = "_struct.unpack_iterator")]
impl UnpackIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(buffer) = self.buffer() else { return Ok(None) };
        let at = self.index.get();
        let Some(record) = buffer.as_bytes().get(at..at + self.layout.size) else {
            drop(self.structure.take());
            drop(self.buffer.take());
            return Ok(None);
        };
        self.index.set(at + self.layout.size);
        Struct::read(py, &self.layout, record).map(|tuple| Some(tuple.upcast()))
    }
    #[pymethod]
    fn __length_hint__(&self) -> usize {
        self.buffer().map_or(0, |buffer| (buffer.len() - self.index.get()) / self.layout.size)
    }
}

/// The compiled format, from the cache if it is there.
pub(super) fn cached(py: Py<'_>, format: &PyObject) -> PyResult<Ref<Struct>> {
    // Formats of both kinds share the cache: a text never meets bytes there, which `-bb` makes an error. A byte beyond ASCII is a
    // surrogate in the text.
    let text = match format.downcast::<PyBytes>() {
        Some(bytes) => {
            let units: Vec<u32> =
                bytes.as_bytes().iter().map(|&b| u32::from(b) + if b < 128 { 0 } else { 0xdc00 }).collect();
            Some(PyStr::from_code_points(py, &units)?)
        }
        None => None,
    };
    let format = text.as_deref().map_or(format, |text| text);
    let cache = CACHE.get(py)?;
    let Some(dict) = cache.downcast::<PyDict>() else {
        bail!(py, SystemError, "the cache of formats is not a dict");
    };
    if let Some(known) = dict.get(py, format)?
        && let Ok(known) = known.downcast_into::<Struct>()
    {
        return Ok(known);
    }
    let new = Struct::empty(py, Struct::type_object())?;
    new.prepare(py, format)?;
    if dict.len() >= CACHE_LIMIT {
        dict.clear();
    }
    dict.set(py, format, &new)?;
    Ok(new)
}

/// Forgets all compiled formats.
pub(super) fn clear_cache(py: Py<'_>) -> PyResult<()> {
    if let Some(dict) = CACHE.get(py)?.downcast::<PyDict>() {
        dict.clear();
    }
    Ok(())
}
