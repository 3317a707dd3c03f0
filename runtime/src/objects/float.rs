//! `float`.

use core::cmp::Ordering;

use krait_macros::{pyclass, pymethods};
use krait_numeric::{digits, float_text};

use crate::error::PyResult;
use crate::memory;
use crate::number_blocks::BLOCK_BYTES;
use crate::object::PyObject;
use crate::objects::{PyBool, PyInt, PyStr, PyTuple, PyType};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// `PyFloatObject`.
#[pyclass(name = "float", basetype, match_self, manual)]
#[repr(C)]
pub struct PyFloat {
    pub(crate) ob_base: PyObject,
    pub(crate) ob_fval: f64,
}

impl PyFloat {
    /// A float of this value.
    #[inline]
    pub fn new(py: Py<'_>, value: f64) -> PyResult<Ref<PyFloat>> {
        if let Some(float) = PyFloat::recycled(py, value) {
            return Ok(float);
        }
        // SAFETY: the memory is a float's; its one field is set.
        unsafe {
            let op = memory::alloc_sized(py, PyFloat::type_object(), BLOCK_BYTES, 0)?.cast::<PyFloat>();
            (&raw mut (*op).ob_fval).write(value);
            Ok(Ref::from_owned(op))
        }
    }

    /// A float of this value in a dead number's memory, if there is some.
    #[inline(always)]
    pub fn recycled(py: Py<'_>, value: f64) -> Option<Ref<PyFloat>> {
        let block = py.thread().number_blocks.take()?;
        // SAFETY: a block is big enough for a float; all of its fields are set.
        unsafe {
            PyObject::init(block, PyFloat::type_object());
            let op = block.cast::<PyFloat>();
            (&raw mut (*op).ob_fval).write(value);
            Some(Ref::from_owned(op))
        }
    }

    /// The value.
    #[inline(always)]
    pub fn value(&self) -> f64 {
        self.ob_fval
    }

    /// Gives an unshared float another value: the interpreter reuses dying operands.
    ///
    /// # Safety
    /// Nobody else holds a reference.
    #[inline(always)]
    pub unsafe fn set_value(this: *mut PyFloat, value: f64) {
        // SAFETY: by contract.
        unsafe { (&raw mut (*this).ob_fval).write(value) }
    }

    /// `PyFloat_AsDouble`: a float's value, or through `__float__` / `__index__`.
    #[inline]
    pub fn value_of(py: Py<'_>, obj: &PyObject) -> PyResult<f64> {
        match obj.downcast::<PyFloat>() {
            Some(x) => Ok(x.ob_fval),
            None => Self::value_of_other(py, obj),
        }
    }

    fn value_of_other(py: Py<'_>, obj: &PyObject) -> PyResult<f64> {
        let slots = obj.number_slots();
        if let Some(f) = slots.and_then(|n| n.nb_float.get()) {
            // SAFETY: slot call on a live object.
            let r = unsafe { obj.check_result(py, f(obj.as_ptr()))? };
            let Some(x) = r.downcast::<PyFloat>() else {
                return Err(raise!(
                    py,
                    TypeError,
                    "{}.__float__ returned non-float (type {})",
                    obj.ty().qualified_name(),
                    r.ty().qualified_name()
                ));
            };
            if !PyFloat::check_exact(&r) {
                py.warn(
                    crate::objects::exceptions::types::DeprecationWarning(),
                    &format!(
                        "{}.__float__ returned non-float (type {}).  The ability to return an instance of a strict subclass of \
                         float is deprecated, and may be removed in a future version of Python.",
                        obj.ty().qualified_name(),
                        r.ty().qualified_name()
                    ),
                    1,
                )?;
            }
            return Ok(x.ob_fval);
        }
        if obj.is_index() {
            return obj.index(py)?.to_f64(py);
        }
        Err(raise!(py, TypeError, "must be real number, not {}", obj.ty().name()))
    }

    /// `float(text)`; `original` is what the error shows.
    pub fn parse(py: Py<'_>, text: &[u8], original: &PyObject) -> PyResult<f64> {
        let trimmed = text.trim_ascii();
        let value = float_text::remove_underscores(trimmed).and_then(|t| float_text::parse(&t));
        match value {
            Some(v) => Ok(v),
            None => {
                let shown = original.repr(py)?;
                Err(raise!(py, ValueError, "could not convert string to float: {shown}"))
            }
        }
    }
}

/// Both operands as doubles, ints included; `None`: not numbers this type knows.
fn operand(py: Py<'_>, x: &PyObject) -> PyResult<Option<f64>> {
    if let Some(f) = x.downcast::<PyFloat>() {
        return Ok(Some(f.ob_fval));
    }
    match x.downcast::<PyInt>() {
        Some(n) => n.to_f64(py).map(Some),
        None => Ok(None),
    }
}

macro_rules! floats {
    ($py:ident, $a:ident, $b:ident) => {{
        let Some(a) = operand($py, $a)? else { return Ok($py.not_implemented()) };
        let Some(b) = operand($py, $b)? else { return Ok($py.not_implemented()) };
        (a, b)
    }};
}

/// Quotient and remainder with the signs of floor division.
pub(crate) fn float_divmod(x: f64, y: f64) -> (f64, f64) {
    let mut modulo = x % y;
    let mut div = (x - modulo) / y;
    if modulo != 0.0 {
        if (y < 0.0) != (modulo < 0.0) {
            modulo += y;
            div -= 1.0;
        }
    } else {
        modulo = 0f64.copysign(y);
    }
    let floor = if div != 0.0 {
        let floor = div.floor();
        if div - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0f64.copysign(x / y)
    };
    (floor, modulo)
}

fn float_mod(x: f64, y: f64) -> f64 {
    float_divmod(x, y).1
}

/// `x ** y` by CPython's rules for special values; negative bases with fractional exponents go to `complex`.
fn float_power(py: Py<'_>, x: f64, y: f64) -> PyResult<Ref<PyObject>> {
    let give = |v: f64| PyFloat::new(py, v).map(Ref::upcast);
    if y == 0.0 || x == 1.0 {
        return give(1.0);
    }
    if x.is_nan() || y.is_nan() {
        return give(if x.is_nan() { x } else { y });
    }
    let odd = y.is_finite() && y.abs() % 2.0 == 1.0;
    if y.is_infinite() {
        let a = x.abs();
        return give(if a == 1.0 {
            1.0
        } else if (y > 0.0) == (a > 1.0) {
            f64::INFINITY
        } else {
            0.0
        });
    }
    if x.is_infinite() {
        return give(if y > 0.0 {
            if odd { x } else { x.abs() }
        } else if odd {
            0f64.copysign(x)
        } else {
            0.0
        });
    }
    if x == 0.0 {
        if y < 0.0 {
            return Err(raise!(py, ZeroDivisionError, "zero to a negative power"));
        }
        return give(if odd { x } else { 0.0 });
    }
    if x < 0.0 && y != y.floor() {
        let (a, b) =
            (crate::objects::PyComplex::new(py, x, 0.0)?, crate::objects::PyComplex::new(py, y, 0.0)?);
        return a.as_object().power(py, &b, crate::objects::PyNone::get());
    }
    let result = x.powf(y);
    if result.is_infinite() {
        let args = PyTuple::pair(
            py,
            PyInt::new(py, i64::from(libc::ERANGE))?.upcast(),
            PyStr::new(py, &crate::objects::exceptions::os_error::error_text(libc::ERANGE))?.upcast(),
        )?;
        return Err(py.raise_object(crate::objects::exceptions::types::OverflowError(), Some(&args)));
    }
    give(result)
}

/// An int of a finite float's integral part; errors for infinities and NaN.
pub fn float_to_int(py: Py<'_>, value: f64) -> PyResult<Ref<PyInt>> {
    if value.abs() < 9e18 {
        return PyInt::new(py, value as i64);
    }
    match digits::from_f64(value) {
        Some(n) => PyInt::from_int(py, &n),
        None if value.is_nan() => Err(raise!(py, ValueError, "cannot convert float NaN to integer")),
        None => Err(raise!(py, OverflowError, "cannot convert float infinity to integer")),
    }
}

impl PyFloat {
    /// The hash.
    pub(crate) fn hash_value(&self) -> isize {
        match krait_numeric::hash::float(self.ob_fval) {
            Some(h) => h as isize,
            // NaN hashes by identity.
            None => krait_numeric::hash::pointer(self.id()) as isize,
        }
    }
}

#[pymethods(class = "float")]
impl PyFloat {
    #[new]
    #[vectorcall]
    #[sig("(x=0, /)")]
    fn float_new(py: Py<'_>, cls: &PyType, x: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let exact = core::ptr::eq(cls, PyFloat::type_object());
        let value = match x {
            None => 0.0,
            Some(x) if exact && PyFloat::check_exact(x) => return Ok(x.to_ref()),
            // A subclass of `str` may have a `__float__` of its own.
            Some(x) => match x.downcast_exact::<PyStr>() {
                Some(s) => PyFloat::parse(py, &super::int::text::ascii_digits(s), x)?,
                None if x
                    .number_slots()
                    .is_none_or(|n| n.nb_float.get().is_none() && n.nb_index.get().is_none()) =>
                {
                    if let Some(s) = x.downcast::<PyStr>() {
                        PyFloat::parse(py, &super::int::text::ascii_digits(s), x)?
                    } else if let Some(content) = x.buffer_bytes_if_any(py) {
                        PyFloat::parse(py, &content, x)?
                    } else {
                        return Err(raise!(
                            py,
                            TypeError,
                            "float() argument must be a string or a real number, not '{}'",
                            x.ty().name()
                        ));
                    }
                }
                None if PyFloat::check_exact(x) => PyFloat::value_of(py, x)?,
                None => PyFloat::value_of_other(py, x)?,
            },
        };
        if exact {
            return PyFloat::new(py, value).map(Ref::upcast);
        }
        let Some(alloc) = cls.tp_alloc.get() else { return Err(py.no_memory()) };
        // SAFETY: the allocated object begins with a float's layout.
        unsafe {
            let object = crate::error::owned_or_raised(py, alloc(cls, 0))?;
            PyFloat::set_value(object.as_raw().cast(), value);
            Ok(object)
        }
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: slot contract: a dead float, which owns no reference.
        unsafe {
            if PyFloat::check_exact(&*op) {
                return Py::assume().thread().number_blocks.give(op);
            }
            match (*op).ty().tp_free.get() {
                Some(free) => free(op.cast()),
                None => memory::free_object(op),
            }
        }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::from_latin1(py, float_text::repr(self.ob_fval).as_bytes())
    }

    #[slot]
    fn tp_hash(&self, _py: Py<'_>) -> isize {
        self.hash_value()
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let x = self.ob_fval;
        let ordering = if let Some(y) = other.downcast::<PyFloat>() {
            x.partial_cmp(&y.ob_fval)
        } else if let Some(n) = other.downcast::<PyInt>() {
            digits::compare_f64(n.as_int_ref(), x).map(Ordering::reverse)
        } else {
            return Ok(py.not_implemented());
        };
        let result = match ordering {
            Some(o) => op.holds(o),
            None => op == CompareOp::Ne,
        };
        Ok(PyBool::get(result).to_ref())
    }

    #[slot]
    fn nb_add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = floats!(py, a, b);
        PyFloat::new(py, a + b).map(Ref::upcast)
    }
    #[slot]
    fn nb_subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = floats!(py, a, b);
        PyFloat::new(py, a - b).map(Ref::upcast)
    }
    #[slot]
    fn nb_multiply(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = floats!(py, a, b);
        PyFloat::new(py, a * b).map(Ref::upcast)
    }
    #[slot]
    fn nb_true_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = floats!(py, a, b);
        if b == 0.0 {
            return Err(raise!(py, ZeroDivisionError, "division by zero"));
        }
        PyFloat::new(py, a / b).map(Ref::upcast)
    }
    #[slot]
    fn nb_remainder(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = floats!(py, a, b);
        if b == 0.0 {
            return Err(raise!(py, ZeroDivisionError, "division by zero"));
        }
        PyFloat::new(py, float_mod(a, b)).map(Ref::upcast)
    }
    #[slot]
    fn nb_floor_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = floats!(py, a, b);
        if b == 0.0 {
            return Err(raise!(py, ZeroDivisionError, "division by zero"));
        }
        PyFloat::new(py, float_divmod(a, b).0).map(Ref::upcast)
    }
    #[slot]
    fn nb_divmod(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = floats!(py, a, b);
        if b == 0.0 {
            return Err(raise!(py, ZeroDivisionError, "division by zero"));
        }
        let (q, r) = float_divmod(a, b);
        PyTuple::pair(py, PyFloat::new(py, q)?.upcast(), PyFloat::new(py, r)?.upcast()).map(Ref::upcast)
    }
    #[slot]
    fn nb_power(py: Py<'_>, a: &PyObject, b: &PyObject, c: &PyObject) -> PyResult<Ref<PyObject>> {
        if !c.is_none() {
            return Err(raise!(
                py,
                TypeError,
                "pow() 3rd argument not allowed unless all arguments are integers"
            ));
        }
        let (a, b) = floats!(py, a, b);
        float_power(py, a, b)
    }
    #[slot]
    fn nb_negative(&self, _py: Py<'_>) -> f64 {
        -self.ob_fval
    }
    #[slot]
    fn nb_positive(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if PyFloat::check_exact(self) {
            Ok(self.to_ref())
        } else {
            PyFloat::new(py, self.ob_fval).map(Ref::upcast)
        }
    }
    #[slot]
    fn nb_absolute(&self, _py: Py<'_>) -> f64 {
        self.ob_fval.abs()
    }
    #[slot]
    fn nb_bool(&self, _py: Py<'_>) -> bool {
        self.ob_fval != 0.0
    }
    #[slot]
    fn nb_int(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        float_to_int(py, self.ob_fval)
    }
    #[slot]
    fn nb_float(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.nb_positive(py)
    }

    #[classmethod]
    fn from_number(cls: &PyType, py: Py<'_>, number: &PyObject) -> PyResult<Ref<PyObject>> {
        let exact = core::ptr::eq(cls, PyFloat::type_object());
        if exact && PyFloat::check_exact(number) {
            return Ok(number.to_ref());
        }
        let value = PyFloat::new(py, PyFloat::value_of(py, number)?)?;
        if exact { Ok(value.upcast()) } else { PyObject::call(cls, py, &[&value]) }
    }

    #[pymethod]
    fn conjugate(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.nb_positive(py)
    }
    #[pymethod]
    fn __trunc__(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        float_to_int(py, self.ob_fval)
    }
    #[pymethod]
    fn __floor__(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        float_to_int(py, self.ob_fval.floor())
    }
    #[pymethod]
    fn __ceil__(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        float_to_int(py, self.ob_fval.ceil())
    }

    #[pymethod]
    fn __round__(&self, py: Py<'_>, ndigits: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let Some(ndigits) = ndigits.filter(|n| !n.is_none()) else {
            return float_to_int(py, self.ob_fval.round_ties_even()).map(Ref::upcast);
        };
        let places = ndigits.to_index_clipped(py)?;
        match float_text::round_to(self.ob_fval, places as i64) {
            Some(v) => PyFloat::new(py, v).map(Ref::upcast),
            None => Err(raise!(py, OverflowError, "rounded value too large to represent")),
        }
    }

    #[pymethod]
    fn as_integer_ratio(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        match float_text::integer_ratio(self.ob_fval) {
            Some(r) => {
                let mantissa = digits::from_u64(r.mantissa);
                let power = r.exponent.unsigned_abs().into();
                let (n, d) = if r.exponent > 0 {
                    (digits::shift_left(&mantissa, power), vec![1])
                } else {
                    (mantissa, digits::shift_left(&[1], power))
                };
                let n = PyInt::from_digits(py, r.negative, &n)?;
                let d = PyInt::from_digits(py, false, &d)?;
                PyTuple::pair(py, n.upcast(), d.upcast())
            }
            None if self.ob_fval.is_nan() => {
                Err(raise!(py, ValueError, "cannot convert NaN to integer ratio"))
            }
            None => Err(raise!(py, OverflowError, "cannot convert Infinity to integer ratio")),
        }
    }

    #[pymethod]
    fn is_integer(&self, _py: Py<'_>) -> bool {
        self.ob_fval.is_finite() && self.ob_fval == self.ob_fval.floor()
    }

    #[pymethod]
    fn hex(&self, _py: Py<'_>) -> String {
        float_text::to_hex(self.ob_fval)
    }

    #[classmethod]
    fn fromhex(cls: &PyType, py: Py<'_>, string: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(s) = string.downcast::<PyStr>() else {
            return Err(raise!(py, TypeError, "bad argument type for built-in operation"));
        };
        let value = match float_text::from_hex(s.to_string_lossy().as_bytes()) {
            Ok(v) => PyFloat::new(py, v)?,
            Err(e) if e == float_text::HexError::TooLarge => {
                return Err(raise!(py, OverflowError, "{}", e.message()));
            }
            Err(e) => return Err(raise!(py, ValueError, "{}", e.message())),
        };
        if core::ptr::eq(cls, PyFloat::type_object()) {
            Ok(value.upcast())
        } else {
            PyObject::call(cls, py, &[&value])
        }
    }

    #[pymethod]
    fn __getnewargs__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        PyTuple::from_vec(py, vec![PyFloat::new(py, self.ob_fval)?.upcast()])
    }

    #[classmethod]
    fn __getformat__(_cls: &PyType, py: Py<'_>, typestr: &PyStr) -> PyResult<&'static str> {
        if typestr.eq_str("double") || typestr.eq_str("float") {
            return Ok("IEEE, little-endian");
        }
        Err(raise!(py, ValueError, "__getformat__() argument 1 must be 'double' or 'float'"))
    }

    #[pymethod]
    fn __format__(&self, py: Py<'_>, format_spec: &PyStr) -> PyResult<Ref<PyObject>> {
        crate::protocol::format::format_float(py, self, format_spec)
    }

    #[getter]
    fn real(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.nb_positive(py)
    }
    #[getter]
    fn imag(&self, _py: Py<'_>) -> f64 {
        0.0
    }
}
