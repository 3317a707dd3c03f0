//! `complex`: the type and its protocol. The arithmetic itself (infinities recovered, real operands kept apart) is
//! `krait_numeric::complex_ops`; `format()` is in `protocol/format.rs`.

use krait_macros::{pyclass, pymethods};
use krait_numeric::complex_ops::{self, Complex, PowerError};
use krait_numeric::{digits, float_text};

use crate::args::{Signature, Style};
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBool, PyDict, PyFloat, PyInt, PyStr, PyTuple, PyType};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// `PyComplexObject`.
#[pyclass(name = "complex", basetype)]
#[repr(C)]
pub struct PyComplex {
    pub(crate) ob_base: PyObject,
    #[pymember("real", readonly)]
    pub(crate) real: f64,
    #[pymember("imag", readonly)]
    pub(crate) imag: f64,
}

impl PyComplex {
    /// A complex number.
    pub fn new(py: Py<'_>, real: f64, imag: f64) -> PyResult<Ref<PyComplex>> {
        PyComplex { ob_base: PyObject::HEADER, real, imag }.alloc_exact(py)
    }

    /// Real and imaginary part.
    pub fn value(&self) -> (f64, f64) {
        (self.real, self.imag)
    }

    /// `PyComplex_AsCComplex`: a complex number's value, or what `__complex__`, `__float__` or `__index__` give.
    pub fn value_of(py: Py<'_>, obj: &PyObject) -> PyResult<Complex> {
        if let Some(z) = obj.downcast::<PyComplex>() {
            return Ok(z.value());
        }
        match by_special_method(py, obj)? {
            Some(z) => Ok(z.value()),
            None => Ok((PyFloat::value_of(py, obj)?, 0.0)),
        }
    }

    fn of_class(py: Py<'_>, cls: &PyType, value: Complex) -> PyResult<Ref<PyObject>> {
        if core::ptr::eq(cls, PyComplex::type_object()) {
            return PyComplex::new(py, value.0, value.1).map(Ref::upcast);
        }
        let z = PyComplex { ob_base: PyObject::HEADER, real: value.0, imag: value.1 };
        z.alloc(py, cls)
    }

    fn parse(py: Py<'_>, text: &PyStr) -> PyResult<Complex> {
        let ascii = super::int::text::ascii_digits(text);
        float_text::remove_underscores(ascii.trim_ascii())
            .and_then(|t| float_text::parse_complex(&t))
            .ok_or_else(|| raise!(py, ValueError, "complex() arg is a malformed string"))
    }
}

/// What `__complex__` gives, when the type has it.
fn by_special_method(py: Py<'_>, obj: &PyObject) -> PyResult<Option<Ref<PyComplex>>> {
    let Some(method) = obj.lookup_special(py, crate::id!(py, "__complex__"))? else { return Ok(None) };
    let result = method.call(py, &[])?;
    match result.downcast_into::<PyComplex>() {
        Ok(z) => {
            if !PyComplex::check_exact(&z) {
                py.warn(
                    crate::objects::exceptions::types::DeprecationWarning(),
                    &format!(
                        "__complex__ returned non-complex (type {}).  The ability to return an instance of a strict subclass of \
                         complex is deprecated, and may be removed in a future version of Python.",
                        z.ty().name()
                    ),
                    1,
                )?;
            }
            Ok(Some(z))
        }
        Err(other) => {
            Err(raise!(py, TypeError, "__complex__ returned non-complex (type {})", other.ty().name()))
        }
    }
}

fn is_real_number(obj: &PyObject) -> bool {
    obj.number_slots().is_some_and(|n| n.nb_float.get().is_some() || n.nb_index.get().is_some())
}

static SIGNATURE: Signature = Signature {
    function: "complex",
    names: &["real", "imag"],
    posonly: 0,
    pos: 2,
    required: 0,
    kwonly_required: 0,
    varargs: false,
    varkw: false,
    style: Style::Clinic,
};

/// `complex(x)`.
fn from_one(py: Py<'_>, cls: &PyType, x: &PyObject) -> PyResult<Ref<PyObject>> {
    if PyComplex::check_exact(x) && core::ptr::eq(cls, PyComplex::type_object()) {
        return Ok(x.to_ref());
    }
    if let Some(text) = x.downcast::<PyStr>() {
        return PyComplex::of_class(py, cls, PyComplex::parse(py, text)?);
    }
    let value = if let Some(z) = by_special_method(py, x)? {
        z.value()
    } else if let Some(z) = x.downcast::<PyComplex>() {
        z.value()
    } else if is_real_number(x) {
        (PyFloat::value_of(py, x)?, 0.0)
    } else {
        return Err(raise!(
            py,
            TypeError,
            "complex() argument must be a string or a number, not {}",
            x.ty().name()
        ));
    };
    PyComplex::of_class(py, cls, value)
}

fn not_real(argument: &str, got: &PyObject) -> String {
    format!("complex() argument '{argument}' must be a real number, not {}", got.ty().name())
}

/// One of the two parts: a real number, or (deprecated) a complex one; with it, whether it was complex.
fn component(py: Py<'_>, name: &str, given: &PyObject, value: &PyObject) -> PyResult<(Complex, bool)> {
    if let Some(z) = value.downcast::<PyComplex>() {
        py.warn(crate::objects::exceptions::types::DeprecationWarning(), &not_real(name, given), 1)?;
        return Ok((z.value(), true));
    }
    Ok(((PyFloat::value_of(py, value)?, 0.0), false))
}

/// `complex(real, imag)`.
fn from_parts(
    py: Py<'_>,
    cls: &PyType,
    real: Option<&PyObject>,
    imag: Option<&PyObject>,
) -> PyResult<Ref<PyObject>> {
    let converted = match real {
        Some(x) if !PyComplex::check_exact(x) => by_special_method(py, x)?,
        _ => None,
    };
    let real_value = converted.as_ref().map(|z| z.as_object()).or(real);
    for (name, given, value) in [("real", real, real_value), ("imag", imag, imag)] {
        if let (Some(given), Some(value)) = (given, value)
            && !is_real_number(value)
            && !PyComplex::check(value)
        {
            return Err(raise!(py, TypeError, "{}", not_real(name, given)));
        }
    }
    let ((mut re, re_imag), re_complex) = match (real, real_value) {
        (Some(given), Some(value)) => component(py, "real", given, value)?,
        _ => ((0.0, 0.0), false),
    };
    let ((mut im, im_imag), im_complex) = match imag {
        Some(x) => component(py, "imag", x, x)?,
        None => ((0.0, 0.0), false),
    };
    if im_complex {
        re -= im_imag;
    }
    if re_complex {
        im = if imag.is_some() { im + re_imag } else { re_imag };
    }
    PyComplex::of_class(py, cls, (re, im))
}

/// An operand: a real number has no imaginary part at all.
#[derive(Clone, Copy)]
enum Operand {
    Real(f64),
    Complex(Complex),
}

impl Operand {
    fn of(py: Py<'_>, x: &PyObject) -> PyResult<Option<Operand>> {
        if let Some(z) = x.downcast::<PyComplex>() {
            return Ok(Some(Operand::Complex(z.value())));
        }
        if let Some(f) = x.downcast::<PyFloat>() {
            return Ok(Some(Operand::Real(f.value())));
        }
        match x.downcast::<PyInt>() {
            Some(n) => n.to_f64(py).map(|v| Some(Operand::Real(v))),
            None => Ok(None),
        }
    }
    fn whole(self) -> Complex {
        match self {
            Operand::Real(x) => (x, 0.0),
            Operand::Complex(z) => z,
        }
    }
}

macro_rules! operands {
    ($py:ident, $a:ident, $b:ident) => {{
        let Some(a) = Operand::of($py, $a)? else { return Ok($py.not_implemented()) };
        let Some(b) = Operand::of($py, $b)? else { return Ok($py.not_implemented()) };
        (a, b)
    }};
}

fn give(py: Py<'_>, z: Complex) -> PyResult<Ref<PyObject>> {
    PyComplex::new(py, z.0, z.1).map(Ref::upcast)
}

#[pymethods(class = "complex")]
impl PyComplex {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if let ([x], true) = (args.as_slice(), kwargs.is_none_or(|k| k.is_empty())) {
            return from_one(py, cls, x);
        }
        let mut out = [None; 2];
        let kwargs = kwargs.map_or(core::ptr::null_mut(), |k| k.as_ptr());
        // SAFETY: the arguments of this call, alive until it ends.
        unsafe { SIGNATURE.unpack_tuple(py, args.as_ptr(), kwargs, &mut out)? };
        let [real, imag] = out;
        from_parts(py, cls, real, imag)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::from_ascii(py, float_text::repr_complex(self.real, self.imag).as_bytes())
    }

    #[slot]
    fn tp_hash(&self, _py: Py<'_>) -> isize {
        // NaN hashes by identity.
        let part =
            |x: f64| krait_numeric::hash::float(x).unwrap_or_else(|| krait_numeric::hash::pointer(self.id()));
        krait_numeric::hash::complex(part(self.real), part(self.imag)) as isize
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(py.not_implemented());
        }
        let equal = if let Some(z) = other.downcast::<PyComplex>() {
            self.real == z.real && self.imag == z.imag
        } else if let Some(f) = other.downcast::<PyFloat>() {
            self.imag == 0.0 && self.real == f.value()
        } else if let Some(n) = other.downcast::<PyInt>() {
            self.imag == 0.0 && digits::compare_f64(n.as_int_ref(), self.real).is_some_and(|o| o.is_eq())
        } else {
            return Ok(py.not_implemented());
        };
        Ok(PyBool::get(equal == (op == CompareOp::Eq)).to_ref())
    }

    #[slot]
    fn nb_add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        use Operand::{Complex, Real};
        give(
            py,
            match operands!(py, a, b) {
                (Complex(a), Complex(b)) => (a.0 + b.0, a.1 + b.1),
                (Complex(a), Real(b)) => (a.0 + b, a.1),
                (Real(a), Complex(b)) => (a + b.0, b.1),
                (Real(a), Real(b)) => (a + b, 0.0),
            },
        )
    }
    #[slot]
    fn nb_subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        use Operand::{Complex, Real};
        give(
            py,
            match operands!(py, a, b) {
                (Complex(a), Complex(b)) => (a.0 - b.0, a.1 - b.1),
                (Complex(a), Real(b)) => (a.0 - b, a.1),
                (Real(a), Complex(b)) => complex_ops::sub_from_real(a, b),
                (Real(a), Real(b)) => (a - b, 0.0),
            },
        )
    }
    #[slot]
    fn nb_multiply(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        use Operand::{Complex, Real};
        give(
            py,
            match operands!(py, a, b) {
                (Complex(a), Complex(b)) => complex_ops::mul(a, b),
                (Complex(z), Real(x)) | (Real(x), Complex(z)) => complex_ops::mul_real(z, x),
                (Real(a), Real(b)) => (a * b, 0.0),
            },
        )
    }
    #[slot]
    fn nb_true_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        use Operand::{Complex, Real};
        let quotient = match operands!(py, a, b) {
            (Complex(a), Complex(b)) => complex_ops::div(a, b),
            (Complex(z), Real(x)) => complex_ops::div_by_real(z, x),
            (Real(x), Complex(z)) => complex_ops::div_real(x, z),
            (Real(a), Real(b)) => complex_ops::div_by_real((a, 0.0), b),
        };
        match quotient {
            Some(z) => give(py, z),
            None => Err(raise!(py, ZeroDivisionError, "division by zero")),
        }
    }
    #[slot]
    fn nb_power(py: Py<'_>, a: &PyObject, b: &PyObject, c: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = operands!(py, a, b);
        if !c.is_none() {
            return Err(raise!(py, ValueError, "complex modulo"));
        }
        match complex_ops::power(a.whole(), b.whole()) {
            Ok(z) => give(py, z),
            Err(PowerError::ZeroBase) => {
                Err(raise!(py, ZeroDivisionError, "zero to a negative or complex power"))
            }
            Err(PowerError::Overflow) => Err(raise!(py, OverflowError, "complex exponentiation")),
        }
    }
    #[slot]
    fn nb_negative(&self, py: Py<'_>) -> PyResult<Ref<PyComplex>> {
        PyComplex::new(py, -self.real, -self.imag)
    }
    #[slot]
    fn nb_positive(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if PyComplex::check_exact(self) { Ok(self.to_ref()) } else { give(py, self.value()) }
    }
    #[slot]
    fn nb_absolute(&self, py: Py<'_>) -> PyResult<f64> {
        let (re, im) = self.value();
        let result = re.hypot(im);
        if result.is_infinite() && re.is_finite() && im.is_finite() {
            return Err(raise!(py, OverflowError, "absolute value too large"));
        }
        Ok(result)
    }
    #[slot]
    fn nb_bool(&self, _py: Py<'_>) -> bool {
        self.real != 0.0 || self.imag != 0.0
    }

    #[pymethod]
    fn conjugate(&self, py: Py<'_>) -> PyResult<Ref<PyComplex>> {
        PyComplex::new(py, self.real, -self.imag)
    }
    #[pymethod]
    fn __complex__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.nb_positive(py)
    }
    #[pymethod]
    fn __getnewargs__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        PyTuple::pair(py, PyFloat::new(py, self.real)?.upcast(), PyFloat::new(py, self.imag)?.upcast())
    }
    #[pymethod]
    fn __format__(&self, py: Py<'_>, format_spec: &PyStr) -> PyResult<Ref<PyObject>> {
        crate::protocol::format::format_complex(py, self, format_spec)
    }
    #[classmethod]
    fn from_number(cls: &PyType, py: Py<'_>, number: &PyObject) -> PyResult<Ref<PyObject>> {
        let exact = core::ptr::eq(cls, PyComplex::type_object());
        if exact && PyComplex::check_exact(number) {
            return Ok(number.to_ref());
        }
        let (re, im) = PyComplex::value_of(py, number)?;
        let z = PyComplex::new(py, re, im)?;
        if exact { Ok(z.upcast()) } else { PyObject::call(cls, py, &[&z]) }
    }
}
