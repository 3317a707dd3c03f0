//! Module `array`: `object.rs` has the type, `methods.rs` its methods, `item.rs` the type codes, `machine.rs` what pickles hold.

mod item;
mod iterator;
mod machine;
mod methods;
mod object;

pub use iterator::ArrayIterator;
pub use object::Array;

use krait_macros::pymodule;

/// Arrays of numbers.
#[pymodule(name = "array", types = [Array, ArrayIterator])]
pub mod array {
    use super::{Array, ArrayIterator};
    use krait_runtime::prelude::*;

    #[pyattr]
    fn typecodes(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let codes: Vec<u8> = super::item::CODES.iter().map(|row| row.code).collect();
        PyStr::from_ascii(py, &codes)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "ArrayType", Array::type_object())?;
        module.dict().remove(py, id!(py, "arrayiterator"))?;
        let abc = krait_interp::import::import_module(py, "collections.abc")?;
        let sequence = abc.get_attr(py, id!(py, "MutableSequence"))?;
        sequence.call_method(py, id!(py, "register"), &[Array::type_object()])?;
        Ok(())
    }

    #[pyfunction]
    #[sig("($module, arraytype, typecode, mformat_code, items, /)")]
    fn _array_reconstructor(
        py: Py<'_>,
        arraytype: &PyObject,
        typecode: &PyObject,
        mformat_code: i32,
        items: &PyObject,
    ) -> PyResult<Ref<Array>> {
        super::machine::reconstruct(py, arraytype, typecode, mformat_code, items)
    }
}
