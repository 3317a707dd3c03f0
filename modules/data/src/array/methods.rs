//! The methods of `array.array`.

use krait_runtime::args::SliceIndex;
use krait_runtime::objects::generic_alias;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::{Buffer, BufferArg};

use super::object::Array;

/// Bytes written to a file at once.
const BLOCK: usize = 64 * 1024;

impl Array {
    fn need_text(&self, py: Py<'_>, method: &str) -> PyResult<()> {
        if !self.code.is_text() {
            bail!(py, ValueError, "{method}() may only be called on unicode type arrays ('u' or 'w')");
        }
        Ok(())
    }

    fn find(&self, py: Py<'_>, value: &PyObject, start: usize, stop: usize) -> PyResult<Option<usize>> {
        let mut i = start;
        while i < stop && i < self.len() {
            if self.get(py, i)?.eq(py, value)? {
                return Ok(Some(i));
            }
            i += 1;
        }
        Ok(None)
    }
}

#[pymethods(class = "array.array", part = "methods")]
impl Array {
    #[pymethod]
    fn append(&self, py: Py<'_>, v: &PyObject) -> PyResult<()> {
        self.insert_at(py, usize::MAX, v)
    }
    #[pymethod]
    fn buffer_info(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        PyTuple::pair(py, self.store.address().into_py(py)?, self.len().into_py(py)?)
    }
    #[pymethod]
    fn byteswap(&self) {
        let size = self.code.size;
        let mut bytes = self.store.as_bytes().to_vec();
        bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
        self.store.write(0, &bytes);
    }
    #[pymethod]
    fn clear(&self, py: Py<'_>) -> PyResult<()> {
        self.resize(py, 0)
    }
    #[pymethod]
    fn count(&self, py: Py<'_>, v: &PyObject) -> PyResult<usize> {
        let (mut count, mut i) = (0, 0);
        while i < self.len() {
            count += usize::from(self.get(py, i)?.eq(py, v)?);
            i += 1;
        }
        Ok(count)
    }
    #[pymethod]
    fn extend(&self, py: Py<'_>, bb: &PyObject) -> PyResult<()> {
        self.extend_from(py, bb)
    }
    #[pymethod]
    fn frombytes(&self, py: Py<'_>, buffer: BufferArg) -> PyResult<()> {
        self.extend_bytes(py, &buffer.0)
    }
    #[pymethod]
    fn fromfile(&self, py: Py<'_>, f: &PyObject, n: isize) -> PyResult<()> {
        if n < 0 {
            bail!(py, ValueError, "negative count");
        }
        let Some(wanted) = n.checked_mul(self.code.size as isize) else { return Err(py.no_memory()) };
        let data = f.call_method(py, id!(py, "read"), &[&*PyInt::new(py, wanted as i64)?])?;
        let Some(bytes) = data.downcast::<PyBytes>() else {
            bail!(py, TypeError, "read() didn't return bytes");
        };
        let enough = bytes.len() as isize == wanted;
        self.extend_bytes(py, &Buffer::new(py, bytes)?)?;
        if !enough {
            bail!(py, EOFError, "read() didn't return enough bytes");
        }
        Ok(())
    }
    #[pymethod]
    fn fromlist(&self, py: Py<'_>, list: &PyObject) -> PyResult<()> {
        let Some(list) = list.downcast::<PyList>() else {
            bail!(py, TypeError, "arg must be list");
        };
        let (old, n) = (self.len(), list.len());
        if n == 0 {
            return Ok(());
        }
        self.resize(py, old + n)?;
        for i in 0..n {
            let result = match list.get(i) {
                Some(item) => self.set(py, old + i, &item).map(drop),
                None => Ok(()),
            };
            let result = result.and_then(|()| {
                if list.len() == n {
                    Ok(())
                } else {
                    Err(raise!(py, RuntimeError, "list changed size during iteration"))
                }
            });
            if let Err(raised) = result {
                // The exception is the news; that the room could not be given back is not.
                let exception = py.fetch(raised);
                if let Err(second) = self.resize(py, old) {
                    py.clear_error(second);
                }
                return Err(py.restore(exception));
            }
        }
        Ok(())
    }
    #[pymethod]
    fn fromunicode(&self, py: Py<'_>, ustr: &PyStr) -> PyResult<()> {
        self.need_text(py, "fromunicode")?;
        self.extend_text(py, ustr)
    }
    #[pymethod]
    fn tounicode(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.need_text(py, "tounicode")?;
        self.to_text(py)
    }
    #[pymethod]
    fn index(
        &self,
        py: Py<'_>,
        v: &PyObject,
        #[default(SliceIndex(0))] start: SliceIndex,
        #[default(SliceIndex(isize::MAX))] stop: SliceIndex,
    ) -> PyResult<usize> {
        let n = self.len() as isize;
        let wrap = |i: isize| if i < 0 { (i + n).max(0) as usize } else { i as usize };
        match self.find(py, v, wrap(start.0), wrap(stop.0))? {
            Some(i) => Ok(i),
            None => Err(raise!(py, ValueError, "array.index(x): x not in array")),
        }
    }
    #[pymethod]
    fn insert(&self, py: Py<'_>, i: isize, v: &PyObject) -> PyResult<()> {
        let n = self.len() as isize;
        let at = if i < 0 { (i + n).max(0) } else { i.min(n) };
        self.insert_at(py, at as usize, v)
    }
    #[pymethod]
    fn pop(&self, py: Py<'_>, #[default(-1)] i: isize) -> PyResult<Ref<PyObject>> {
        let n = self.len() as isize;
        if n == 0 {
            bail!(py, IndexError, "pop from empty array");
        }
        let i = if i < 0 { i + n } else { i };
        if !(0..n).contains(&i) {
            bail!(py, IndexError, "pop index out of range");
        }
        let value = self.get(py, i as usize)?;
        self.remove_range(py, i as usize, i as usize + 1)?;
        Ok(value)
    }
    #[pymethod]
    fn remove(&self, py: Py<'_>, v: &PyObject) -> PyResult<()> {
        match self.find(py, v, 0, usize::MAX)? {
            Some(i) => self.remove_range(py, i, i + 1),
            None => Err(raise!(py, ValueError, "array.remove(x): x not in array")),
        }
    }
    #[pymethod]
    fn reverse(&self) {
        let size = self.code.size;
        let items: Vec<u8> = self.store.as_bytes().chunks_exact(size).rev().flatten().copied().collect();
        self.store.write(0, &items);
    }
    #[pymethod]
    fn tobytes(&self, py: Py<'_>) -> PyResult<Ref<PyBytes>> {
        PyBytes::new(py, self.store.as_bytes())
    }
    #[pymethod]
    fn tofile(&self, py: Py<'_>, f: &PyObject) -> PyResult<()> {
        let mut at = 0;
        while at < self.store.len() {
            let end = (at + BLOCK).min(self.store.len());
            let block = PyBytes::new(py, self.store.as_bytes().get(at..end).unwrap_or_default())?;
            f.call_method(py, id!(py, "write"), &[&block])?;
            at += BLOCK;
        }
        Ok(())
    }
    #[pymethod]
    fn tolist(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        self.list(py)
    }
    #[pymethod]
    fn __copy__(&self, py: Py<'_>) -> PyResult<Ref<Array>> {
        Array::of_bytes(py, self.code, self.store.as_bytes())
    }
    #[pymethod]
    fn __deepcopy__(&self, py: Py<'_>, _unused: &PyObject) -> PyResult<Ref<Array>> {
        Array::of_bytes(py, self.code, self.store.as_bytes())
    }
    #[pymethod]
    fn __sizeof__(&self) -> usize {
        size_of::<Array>() + self.store.capacity()
    }
    #[classmethod]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        generic_alias::class_getitem(py, cls, object)
    }
    #[pymethod]
    fn __reduce_ex__(&self, py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyTuple>> {
        let Some(protocol) = value.downcast::<PyInt>() else {
            bail!(py, TypeError, "__reduce_ex__ argument should be an integer");
        };
        let Some(protocol) = protocol.as_i64() else {
            bail!(py, OverflowError, "Python int too large to convert to C long");
        };
        let dict = self.get_attr_optional(py, id!(py, "__dict__"))?.unwrap_or_else(|| py.none());
        let code = PyStr::from_char(py, self.code.code.into())?;
        if protocol < 3 {
            let list = self.list(py)?;
            let args = PyTuple::pair(py, code.upcast(), list.upcast())?;
            return PyTuple::new(py, &[self.ty(), &args, &dict]);
        }
        let module = krait_interp::import::import_module(py, "array")?;
        let reconstructor = module.get_attr(py, id!(py, "_array_reconstructor"))?;
        let format = PyInt::new(py, super::machine::native_format(self.code).into())?;
        let bytes = PyBytes::new(py, self.store.as_bytes())?;
        let args = PyTuple::new(py, &[self.ty(), &code, &format, &bytes])?;
        PyTuple::new(py, &[&reconstructor, &args, &dict])
    }
}
