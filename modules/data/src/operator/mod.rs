//! Module `_operator`: the operators as functions, and `itemgetter`, `attrgetter`, `methodcaller`.

mod getters;

pub use getters::{AttrGetter, ItemGetter, MethodCaller};

use krait_runtime::prelude::pymodule;

/// The operators as functions.
#[pymodule(name = "_operator", types = [ItemGetter, AttrGetter, MethodCaller])]
pub mod _operator {
    use super::{AttrGetter, ItemGetter, MethodCaller};
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::buffer::Buffer;
    use krait_runtime::protocol::number;

    #[pyfunction]
    fn truth(py: Py<'_>, a: &PyObject) -> PyResult<bool> {
        a.is_true(py)
    }

    #[pyfunction]
    fn contains(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<bool> {
        a.contains(py, b)
    }

    #[pyfunction]
    fn add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.binary_op(py, b, number::ADD)
    }

    #[pyfunction]
    fn sub(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.binary_op(py, b, number::SUBTRACT)
    }

    #[pyfunction]
    fn mul(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.binary_op(py, b, number::MULTIPLY)
    }

    #[pyfunction]
    fn matmul(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.binary_op(py, b, number::MATRIX_MULTIPLY)
    }

    #[pyfunction]
    fn floordiv(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.binary_op(py, b, number::FLOOR_DIVIDE)
    }

    #[pyfunction]
    fn truediv(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.binary_op(py, b, number::TRUE_DIVIDE)
    }

    #[pyfunction(name = "mod")]
    fn remainder(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.binary_op(py, b, number::REMAINDER)
    }

    #[pyfunction]
    fn lshift(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.binary_op(py, b, number::LSHIFT)
    }

    #[pyfunction]
    fn rshift(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.binary_op(py, b, number::RSHIFT)
    }

    #[pyfunction]
    fn and_(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.binary_op(py, b, number::AND)
    }

    #[pyfunction]
    fn xor(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.binary_op(py, b, number::XOR)
    }

    #[pyfunction]
    fn or_(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.binary_op(py, b, number::OR)
    }

    #[pyfunction]
    fn iadd(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_op(py, b, number::ADD)
    }

    #[pyfunction]
    fn isub(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_op(py, b, number::SUBTRACT)
    }

    #[pyfunction]
    fn imul(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_op(py, b, number::MULTIPLY)
    }

    #[pyfunction]
    fn imatmul(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_op(py, b, number::MATRIX_MULTIPLY)
    }

    #[pyfunction]
    fn ifloordiv(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_op(py, b, number::FLOOR_DIVIDE)
    }

    #[pyfunction]
    fn itruediv(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_op(py, b, number::TRUE_DIVIDE)
    }

    #[pyfunction]
    fn imod(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_op(py, b, number::REMAINDER)
    }

    #[pyfunction]
    fn ilshift(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_op(py, b, number::LSHIFT)
    }

    #[pyfunction]
    fn irshift(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_op(py, b, number::RSHIFT)
    }

    #[pyfunction]
    fn iand(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_op(py, b, number::AND)
    }

    #[pyfunction]
    fn ixor(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_op(py, b, number::XOR)
    }

    #[pyfunction]
    fn ior(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_op(py, b, number::OR)
    }

    #[pyfunction]
    fn pow(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.power(py, b, krait_runtime::objects::PyNone::get())
    }

    #[pyfunction]
    fn ipow(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.inplace_power(py, b, krait_runtime::objects::PyNone::get())
    }

    #[pyfunction]
    fn neg(py: Py<'_>, a: &PyObject) -> PyResult<Ref<PyObject>> {
        a.negative(py)
    }

    #[pyfunction]
    fn pos(py: Py<'_>, a: &PyObject) -> PyResult<Ref<PyObject>> {
        a.positive(py)
    }

    #[pyfunction]
    fn inv(py: Py<'_>, a: &PyObject) -> PyResult<Ref<PyObject>> {
        a.invert(py)
    }

    #[pyfunction]
    fn invert(py: Py<'_>, a: &PyObject) -> PyResult<Ref<PyObject>> {
        a.invert(py)
    }

    #[pyfunction]
    fn abs(py: Py<'_>, a: &PyObject) -> PyResult<Ref<PyObject>> {
        a.absolute(py)
    }

    #[pyfunction]
    fn index(py: Py<'_>, a: &PyObject) -> PyResult<Ref<PyObject>> {
        a.index(py)?.to_exact(py).map(Ref::upcast)
    }

    #[pyfunction]
    fn concat(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.sequence_concat(py, b, false)
    }

    #[pyfunction]
    fn iconcat(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.sequence_concat(py, b, true)
    }

    #[pyfunction]
    fn getitem(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.get_item(py, b)
    }

    #[pyfunction]
    fn setitem(py: Py<'_>, a: &PyObject, b: &PyObject, c: &PyObject) -> PyResult<()> {
        a.set_item(py, b, c)
    }

    #[pyfunction]
    fn delitem(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<()> {
        a.del_item(py, b)
    }

    #[pyfunction]
    fn lt(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.rich_compare(py, b, CompareOp::Lt)
    }

    #[pyfunction]
    fn le(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.rich_compare(py, b, CompareOp::Le)
    }

    #[pyfunction]
    fn eq(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.rich_compare(py, b, CompareOp::Eq)
    }

    #[pyfunction]
    fn ne(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.rich_compare(py, b, CompareOp::Ne)
    }

    #[pyfunction]
    fn gt(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.rich_compare(py, b, CompareOp::Gt)
    }

    #[pyfunction]
    fn ge(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        a.rich_compare(py, b, CompareOp::Ge)
    }

    #[pyfunction]
    fn not_(py: Py<'_>, a: &PyObject) -> PyResult<bool> {
        Ok(!a.is_true(py)?)
    }

    #[pyfunction]
    fn is_(a: &PyObject, b: &PyObject) -> bool {
        a.is(b)
    }

    #[pyfunction]
    fn is_not(a: &PyObject, b: &PyObject) -> bool {
        !a.is(b)
    }

    #[pyfunction]
    fn is_none(a: &PyObject) -> bool {
        a.is_none()
    }

    #[pyfunction]
    fn is_not_none(a: &PyObject) -> bool {
        !a.is_none()
    }

    /// Calls `each` with the number of every item that equals `value`, until it answers false.
    fn matches(
        py: Py<'_>,
        sequence: &PyObject,
        value: &PyObject,
        mut each: impl FnMut(isize) -> bool,
    ) -> PyResult<()> {
        let iterator = match sequence.iter(py) {
            Ok(iterator) => iterator,
            Err(raised) if py.error_matches(krait_runtime::objects::exceptions::types::TypeError()) => {
                py.clear_error(raised);
                bail!(py, TypeError, "argument of type '{}' is not iterable", sequence.ty().name());
            }
            Err(raised) => return Err(raised),
        };
        let mut at = 0;
        while let Some(item) = iterator.next(py)? {
            if (item.is(value) || item.eq(py, value)?) && !each(at) {
                return Ok(());
            }
            at += 1;
        }
        Ok(())
    }

    #[pyfunction]
    #[allow(non_snake_case)]
    fn countOf(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<isize> {
        let mut n = 0;
        matches(py, a, b, |_| {
            n += 1;
            true
        })?;
        Ok(n)
    }

    #[pyfunction]
    #[allow(non_snake_case)]
    fn indexOf(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<isize> {
        let mut found = None;
        matches(py, a, b, |at| {
            found = Some(at);
            false
        })?;
        found.ok_or_else(|| raise!(py, ValueError, "sequence.index(x): x not in sequence"))
    }

    #[pyfunction]
    fn length_hint(py: Py<'_>, obj: &PyObject, default: isize) -> PyResult<isize> {
        obj.length_hint(py, default)
    }

    #[pyfunction]
    #[raw]
    fn call(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let Some((callable, rest)) = args.all().split_first() else {
            bail!(py, TypeError, "call expected at least 1 argument, got 0");
        };
        match args.positional().len().checked_sub(1).and_then(|n| Args::new(rest, n, args.kwnames())) {
            Some(args) => callable.call_args(py, args),
            None => Err(raise!(py, TypeError, "call expected at least 1 argument, got 0")),
        }
    }

    /// Compares in a time that does not depend on the contents.
    fn same_bytes(a: &[u8], b: &[u8]) -> bool {
        let mut difference = u8::from(a.len() != b.len());
        // With different lengths `b` is compared with itself, so that its length alone decides how long it takes.
        let left = if a.len() == b.len() { a } else { b };
        for (x, y) in left.iter().zip(b) {
            difference |= core::hint::black_box(x ^ y);
        }
        difference == 0
    }

    #[pyfunction]
    fn _compare_digest(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<bool> {
        if let (Some(a), Some(b)) = (a.downcast::<PyStr>(), b.downcast::<PyStr>()) {
            let (Some(a), Some(b)) = (a.as_ascii(), b.as_ascii()) else {
                bail!(py, TypeError, "comparing strings with non-ASCII characters is not supported");
            };
            return Ok(same_bytes(a.as_bytes(), b.as_bytes()));
        }
        if !a.has_buffer() && !b.has_buffer() {
            bail!(
                py,
                TypeError,
                "unsupported operand types(s) or combination of types: '{}' and '{}'",
                a.ty().name(),
                b.ty().name()
            );
        }
        let flat = |object: &PyObject| {
            let buffer = Buffer::new(py, object)?;
            match buffer.view() {
                Some(view) if view.ndim > 1 => {
                    Err(raise!(py, BufferError, "Buffer must be single dimension"))
                }
                _ => Ok(buffer),
            }
        };
        let (a, b) = (flat(a)?, flat(b)?);
        Ok(same_bytes(a.as_bytes(), b.as_bytes()))
    }
}
