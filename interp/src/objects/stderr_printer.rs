//! `stderrprinter`: what `sys.stderr` is until the text files of `_io` exist; importlib writes there under `-v`.

use krait_runtime::prelude::*;
use krait_runtime::system::descriptor;

/// Writes text to a descriptor, unbuffered, as UTF-8.
#[pyclass(name = "stderrprinter", disallow_instantiation)]
#[repr(C)]
pub struct StderrPrinter {
    base: PyObject,
    fd: i32,
}

impl StderrPrinter {
    /// A printer for the descriptor.
    pub fn new(py: Py<'_>, fd: i32) -> PyResult<Ref<PyObject>> {
        StderrPrinter { base: PyObject::HEADER, fd }.alloc_exact(py).map(Ref::upcast)
    }
}

#[pymethods(class = "stderrprinter")]
impl StderrPrinter {
    #[slot]
    fn tp_repr(&self, _py: Py<'_>) -> String {
        let at: *const StderrPrinter = self;
        format!("<stderrprinter(fd={}) object at {at:p}>", self.fd)
    }

    #[pymethod]
    #[sig("($self, /)")]
    fn close(&self, py: Py<'_>) -> Ref<PyObject> {
        py.none()
    }

    #[pymethod]
    #[sig("($self, /)")]
    fn flush(&self, py: Py<'_>) -> Ref<PyObject> {
        py.none()
    }

    #[pymethod]
    #[sig("($self, /)")]
    fn fileno(&self, _py: Py<'_>) -> i32 {
        self.fd
    }

    #[pymethod]
    #[sig("($self, /)")]
    fn isatty(&self, _py: Py<'_>) -> bool {
        descriptor::is_terminal(self.fd)
    }

    #[pymethod]
    #[sig("($self, text, /)")]
    fn write(&self, py: Py<'_>, text: &PyStr) -> PyResult<Ref<PyObject>> {
        let bytes = escaped(text);
        match py.detach(|| descriptor::write(self.fd, &bytes)) {
            Ok(written) => written.into_py(py),
            // A full pipe that must not be waited for.
            Err(errno) if errno == libc::EAGAIN => Ok(py.none()),
            Err(errno) => Err(py.raise_errno(errno)),
        }
    }

    #[getter(doc = "True if the file is closed")]
    fn closed(&self, _py: Py<'_>) -> bool {
        false
    }

    #[getter(doc = "Encoding of the file")]
    fn encoding(&self, py: Py<'_>) -> Ref<PyObject> {
        py.none()
    }

    #[getter(doc = "String giving the file mode")]
    fn mode(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, "w")
    }
}

/// UTF-8, lone surrogates as `\udcxx`.
fn escaped(text: &PyStr) -> Vec<u8> {
    let mut out = String::new();
    for point in text.code_points() {
        match char::from_u32(point) {
            Some(c) => out.push(c),
            None => out.push_str(&format!("\\u{point:04x}")),
        }
    }
    out.into_bytes()
}
