//! `member_descriptor`: attributes that stand at a fixed place in the object: `__slots__` and the members of native types.

use core::ffi::c_char;

use crate::objects::method_descriptor::Descr;
use crate::objects::r#type::ready::{text_of, without_signature};
use crate::prelude::*;
use crate::slots::{PyMemberDef, member};

/// `PyMemberDescrObject`.
#[pyclass(name = "member_descriptor", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyMemberDescr {
    pub(crate) base: Descr,
    #[no_traverse]
    pub(crate) d_member: *const PyMemberDef,
}

impl PyMemberDescr {
    /// The attribute of a table row.
    pub fn new(py: Py<'_>, ty: &PyType, def: &PyMemberDef, name: &PyStr) -> PyResult<Ref<PyObject>> {
        PyMemberDescr { base: Descr::new(ty, name), d_member: def }.alloc_exact(py).map(Ref::upcast)
    }

    /// The table row: type code, offset, flags. Specialisation of attribute access reads it.
    #[inline]
    pub fn def(&self) -> &PyMemberDef {
        // SAFETY: set at creation; a class keeps its table as long as it lives, and the descriptor keeps the class.
        unsafe { &*self.d_member }
    }

    /// The class it belongs to.
    #[inline]
    pub fn owner(&self) -> &PyType {
        self.base.owner()
    }
}

/// Reads a member (`PyMember_GetOne`).
///
/// # Safety
/// `object` has the layout that the row describes.
pub unsafe fn get_member(py: Py<'_>, object: &PyObject, def: &PyMemberDef) -> PyResult<Ref<PyObject>> {
    if def.flags & member::AUDIT_READ != 0 && py.has_audit_hooks() {
        // SAFETY: by contract, the row is a whole one.
        let name = unsafe { text_of(def.name) }.unwrap_or("?");
        py.audit("object.__getattr__", &[object, &*name.into_py(py)?])?;
    }
    // SAFETY: by contract.
    unsafe {
        let at = object.as_ptr().cast::<u8>().offset(def.offset);
        macro_rules! read {
            ($ty:ty) => {
                at.cast::<$ty>().read_unaligned().into_py(py)
            };
        }
        match def.r#type {
            member::T_OBJECT_EX => match at.cast::<*mut PyObject>().read().as_ref() {
                Some(value) => Ok(value.to_ref()),
                None => {
                    let name = text_of(def.name).unwrap_or("?");
                    Err(py.raise_attribute_error(
                        object,
                        name,
                        &format!("'{}' object has no attribute '{name}'", object.ty().qualified_name()),
                    ))
                }
            },
            member::T_OBJECT => {
                Ok(at.cast::<*mut PyObject>().read().as_ref().map_or_else(|| py.none(), PyObject::to_ref))
            }
            member::T_BOOL => (at.cast::<u8>().read() != 0).into_py(py),
            member::T_BYTE => read!(i8),
            member::T_UBYTE => read!(u8),
            member::T_SHORT => read!(i16),
            member::T_USHORT => read!(u16),
            member::T_INT => read!(i32),
            member::T_UINT => read!(u32),
            member::T_LONG | member::T_LONGLONG => read!(i64),
            member::T_ULONG | member::T_ULONGLONG => read!(u64),
            member::T_PYSSIZET => read!(isize),
            member::T_FLOAT => f64::from(at.cast::<f32>().read_unaligned()).into_py(py),
            member::T_DOUBLE => read!(f64),
            member::T_STRING => match text_of(at.cast::<*const c_char>().read()) {
                Some(text) => text.into_py(py),
                None => Ok(py.none()),
            },
            member::T_STRING_INPLACE => text_of(at.cast::<c_char>()).unwrap_or_default().into_py(py),
            member::T_CHAR => PyStr::from_latin1(py, &[at.read()]).map(Ref::upcast),
            _ => {
                Err(raise!(py, SystemError, "bad memberdescr type for {}", text_of(def.name).unwrap_or("?")))
            }
        }
    }
}

/// Writes or deletes a member (`PyMember_SetOne`).
///
/// # Safety
/// `object` has the layout that the row describes.
pub unsafe fn set_member(
    py: Py<'_>,
    object: &PyObject,
    def: &PyMemberDef,
    value: Option<&PyObject>,
) -> PyResult<()> {
    if def.flags & member::READONLY != 0 {
        bail!(py, AttributeError, "readonly attribute")
    }
    // SAFETY: by contract.
    unsafe {
        let at = object.as_ptr().cast::<u8>().offset(def.offset);
        let field = at.cast::<*mut PyObject>();
        let Some(value) = value else {
            return match def.r#type {
                member::T_OBJECT_EX if (*field).is_null() => {
                    let name = text_of(def.name).unwrap_or("?");
                    Err(py.raise_attribute_error(
                        object,
                        name,
                        &format!("'{}' object has no attribute '{name}'", object.ty().name()),
                    ))
                }
                member::T_OBJECT | member::T_OBJECT_EX => {
                    let old = field.replace(core::ptr::null_mut());
                    if !old.is_null() {
                        PyObject::decref(old);
                    }
                    Ok(())
                }
                _ => Err(raise!(py, TypeError, "can't delete numeric/char attribute")),
            };
        };
        let integer = |low: i64, high: i64, what: &str| -> PyResult<i64> {
            let n = value.index(py)?;
            let Some(n) = n.as_i64() else {
                bail!(py, OverflowError, "Python int too large to convert to C long")
            };
            if n < low || n > high {
                let text = format!("Truncation of value to {what}");
                py.warn(crate::objects::exceptions::types::RuntimeWarning(), &text, 1)?;
            }
            Ok(n)
        };
        match def.r#type {
            member::T_OBJECT | member::T_OBJECT_EX => {
                let old = field.replace(value.to_ref().into_raw());
                if !old.is_null() {
                    PyObject::decref(old);
                }
            }
            member::T_BOOL => {
                if value.downcast_exact::<PyBool>().is_none() {
                    bail!(py, TypeError, "attribute value type must be bool")
                }
                at.write(u8::from(value.is(PyBool::get(true))));
            }
            member::T_BYTE => at.cast::<i8>().write(integer(-128, 127, "char")? as i8),
            member::T_UBYTE => at.write(integer(0, 255, "unsigned char")? as u8),
            member::T_SHORT => at.cast::<i16>().write_unaligned(integer(-32768, 32767, "short")? as i16),
            member::T_USHORT => at.cast::<u16>().write_unaligned(integer(0, 65535, "unsigned short")? as u16),
            member::T_INT => {
                at.cast::<i32>().write_unaligned(integer(i32::MIN.into(), i32::MAX.into(), "int")? as i32)
            }
            member::T_UINT => {
                at.cast::<u32>().write_unaligned(integer(0, u32::MAX.into(), "unsigned int")? as u32)
            }
            member::T_LONG | member::T_LONGLONG => {
                at.cast::<i64>().write_unaligned(integer(i64::MIN, i64::MAX, "long")?);
            }
            member::T_PYSSIZET => at.cast::<i64>().write_unaligned(integer(i64::MIN, i64::MAX, "ssize_t")?),
            member::T_ULONG | member::T_ULONGLONG => {
                let n = value.index(py)?;
                at.cast::<u64>().write_unaligned(n.as_u64_mask());
            }
            member::T_FLOAT => at.cast::<f32>().write_unaligned(PyFloat::value_of(py, value)? as f32),
            member::T_DOUBLE => at.cast::<f64>().write_unaligned(PyFloat::value_of(py, value)?),
            member::T_CHAR => {
                let c = value.downcast::<PyStr>().filter(|s| s.len() == 1).and_then(|s| s.code_point(0));
                let Some(c) = c.and_then(|c| u8::try_from(c).ok()) else {
                    bail!(py, TypeError, "bad argument type for built-in operation")
                };
                at.write(c);
            }
            member::T_STRING | member::T_STRING_INPLACE => bail!(py, TypeError, "readonly attribute"),
            _ => bail!(py, SystemError, "bad memberdescr type for {}", text_of(def.name).unwrap_or("?")),
        }
    }
    Ok(())
}

#[pymethods]
impl PyMemberDescr {
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let (name, owner) = (self.base.name(), self.base.owner().name());
        PyStr::new(py, &format!("<member '{name}' of '{owner}' objects>"))
    }
    #[slot]
    fn tp_descr_get(
        &self,
        py: Py<'_>,
        instance: Option<&PyObject>,
        _owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let Some(instance) = instance else { return Ok(self.to_ref()) };
        self.base.check_instance(py, instance)?;
        // SAFETY: an instance of the owner, which was checked.
        unsafe { get_member(py, instance, self.def()) }
    }
    #[slot]
    fn tp_descr_set(&self, py: Py<'_>, instance: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        self.base.check_instance(py, instance)?;
        // SAFETY: an instance of the owner, which was checked.
        unsafe { set_member(py, instance, self.def(), value) }
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.base.reduce(py)
    }
    #[getter]
    fn __objclass__(&self, _py: Py<'_>) -> Ref<PyType> {
        self.owner().new_ref()
    }
    #[getter]
    fn __name__(&self, _py: Py<'_>) -> Option<Ref<PyStr>> {
        self.base.d_name.get()
    }
    #[getter]
    fn __qualname__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.base.qualname(py)
    }
    #[getter]
    fn __doc__(&self, _py: Py<'_>) -> Option<String> {
        // SAFETY: names and docstrings are NUL-terminated.
        unsafe { Some(without_signature(text_of(self.def().name)?, text_of(self.def().doc)?).to_owned()) }
    }
}
