//! The method resolution order: the C3 merge, `type.mro()` overrides, and recomputing it after `__bases__` changed.

use super::{PyType, flags};
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyList, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// The C3 linearisation of `ty` (`mro_implementation`).
pub(super) fn linearise(py: Py<'_>, ty: &PyType) -> PyResult<Vec<Ref<PyObject>>> {
    let Some(bases) = ty.bases() else { return Ok(vec![ty.to_ref()]) };
    let mut sequences: Vec<Vec<Ref<PyObject>>> = Vec::with_capacity(bases.len() + 1);
    for base in bases.as_slice() {
        let mro = base.downcast::<PyType>().and_then(PyType::mro);
        let Some(mro) = mro else {
            return Err(raise!(
                py,
                TypeError,
                "Cannot extend an incomplete type '{}'",
                base.downcast::<PyType>().map_or("?", PyType::name)
            ));
        };
        sequences.push(mro.as_slice().to_vec());
    }
    let mut result = vec![ty.to_ref()];
    if sequences.len() == 1 {
        result.append(&mut sequences.pop().unwrap_or_default());
        return Ok(result);
    }
    for (i, base) in bases.as_slice().iter().enumerate() {
        if bases.as_slice().iter().skip(i + 1).any(|other| other.is(base)) {
            let name = base.downcast::<PyType>().map_or_else(String::new, PyType::dunder_name);
            return Err(raise!(py, TypeError, "duplicate base class {name}"));
        }
    }
    sequences.push(bases.as_slice().to_vec());
    let mut heads = vec![0_usize; sequences.len()];
    loop {
        let mut empty = 0;
        let mut chosen = None;
        for (sequence, &head) in sequences.iter().zip(&heads) {
            let Some(candidate) = sequence.get(head) else {
                empty += 1;
                continue;
            };
            let in_tail = sequences
                .iter()
                .zip(&heads)
                .any(|(other, &at)| other.iter().skip(at + 1).any(|class| class.is(candidate)));
            if !in_tail {
                chosen = Some(candidate.clone());
                break;
            }
        }
        match chosen {
            Some(class) => {
                for (sequence, head) in sequences.iter().zip(heads.iter_mut()) {
                    if sequence.get(*head).is_some_and(|c| c.is(&class)) {
                        *head += 1;
                    }
                }
                result.push(class);
            }
            None if empty == sequences.len() => return Ok(result),
            None => return Err(inconsistent(py, &sequences, &heads)),
        }
    }
}

#[cold]
fn inconsistent(py: Py<'_>, sequences: &[Vec<Ref<PyObject>>], heads: &[usize]) -> crate::error::Raised {
    let mut left: Vec<&PyObject> = Vec::new();
    for (sequence, &head) in sequences.iter().zip(heads) {
        if let Some(class) = sequence.get(head)
            && !left.iter().any(|c| c.is(class))
        {
            left.push(class);
        }
    }
    let names: Vec<String> =
        left.iter().map(|c| c.downcast::<PyType>().map_or_else(String::new, PyType::dunder_name)).collect();
    raise!(
        py,
        TypeError,
        "Cannot create a consistent method resolution order (MRO) for bases {}",
        names.join(", ")
    )
}

/// Computes the MRO as `type(ty).mro()` says and stores it; `None` when running it changed the type's MRO already.
pub(super) fn set_mro(py: Py<'_>, ty: &PyType) -> PyResult<bool> {
    let before = ty.tp_mro.as_raw();
    let custom = !ty.is_exactly(PyType::type_object());
    let (mro, custom) = match custom {
        true => match ty.ty().lookup(py, crate::id!(py, "mro")) {
            Some(method) if !is_type_mro(&method) => (call_custom(py, ty)?, true),
            _ => (PyTuple::from_vec(py, linearise(py, ty)?)?, false),
        },
        false => (PyTuple::from_vec(py, linearise(py, ty)?)?, false),
    };
    if custom && !core::ptr::eq(before, ty.tp_mro.as_raw()) {
        return Ok(false);
    }
    let old = ty.tp_mro.replace(Some(mro.upcast()));
    ty.modified(py);
    if custom {
        check_cacheable(py, ty);
    }
    drop(old);
    Ok(true)
}

fn is_type_mro(method: &PyObject) -> bool {
    let own = PyType::type_object().dict();
    // SAFETY: start-up only needs identity; the token is there, or nothing would run.
    let py = unsafe { Py::assume() };
    own.and_then(|d| d.get_str(py, crate::id!(py, "mro")).ok().flatten()).is_some_and(|m| m.is(method))
}

fn call_custom(py: Py<'_>, ty: &PyType) -> PyResult<Ref<PyTuple>> {
    let Some(method) = ty.lookup_special(py, crate::id!(py, "mro"))? else {
        return PyTuple::from_vec(py, linearise(py, ty)?);
    };
    let result = method.call(py, &[])?;
    let items = result.collect(py)?;
    let solid = super::new::solid_base(ty);
    for class in &items {
        let Some(class) = class.downcast::<PyType>() else {
            return Err(raise!(py, TypeError, "mro() returned a non-class ('{}')", class.ty().name()));
        };
        if !solid.is_subtype(super::new::solid_base(class)) {
            return Err(raise!(
                py,
                TypeError,
                "mro() returned base with unsuitable layout ('{}')",
                class.name()
            ));
        }
    }
    PyTuple::from_vec(py, items)
}

/// A type whose own `mro()` lists classes that are no bases cannot be cached: changes of those would not reach it.
fn check_cacheable(_py: Py<'_>, ty: &PyType) {
    let Some(mro) = ty.mro() else { return };
    let all_bases =
        mro.as_slice().iter().all(|c| c.downcast::<PyType>().is_some_and(|c| ty.is_subtype_by_bases(c)));
    if !all_bases {
        ty.never_version();
    }
}

impl PyType {
    /// True when `other` is reached over `__bases__`, whatever the MRO says.
    pub(super) fn is_subtype_by_bases(&self, other: &PyType) -> bool {
        core::ptr::eq(self, other)
            || self.bases().is_some_and(|bases| {
                bases
                    .as_slice()
                    .iter()
                    .any(|b| b.downcast::<PyType>().is_some_and(|b| b.is_subtype_by_bases(other)))
            })
    }
}

/// Recomputes the MRO of `ty` and of all below it; on failure all get their old ones back.
pub(super) fn recompute_hierarchy(py: Py<'_>, ty: &PyType) -> PyResult<()> {
    let mut undo: Vec<(Ref<PyType>, Option<Ref<PyObject>>)> = Vec::new();
    let result = recompute(py, ty, &mut undo);
    if result.is_err() {
        py.preserving_error(|| {
            for (class, old) in undo.drain(..).rev() {
                drop(class.tp_mro.replace(old));
                class.modified(py);
            }
        });
    }
    result
}

fn recompute(py: Py<'_>, ty: &PyType, undo: &mut Vec<(Ref<PyType>, Option<Ref<PyObject>>)>) -> PyResult<()> {
    let old = ty.tp_mro.get();
    if !set_mro(py, ty)? {
        return Ok(());
    }
    undo.push((ty.new_ref(), old));
    if ty.has(flags::READY) {
        for subclass in ty.subclasses() {
            recompute(py, &subclass, undo)?;
        }
    }
    Ok(())
}

/// `type.mro()`.
pub(super) fn mro_list(py: Py<'_>, ty: &PyType) -> PyResult<Ref<PyList>> {
    PyList::from_vec(py, linearise(py, ty)?)
}
