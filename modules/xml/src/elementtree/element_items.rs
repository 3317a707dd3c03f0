//! `Element`: its children as a sequence.

use krait_runtime::prelude::*;

use super::Element;
use super::element::not_an_element;

impl Element {
    fn check_index(&self, py: Py<'_>, index: isize, what: &str) -> PyResult<usize> {
        match usize::try_from(index).ok().filter(|index| *index < self.count()) {
            Some(index) => Ok(index),
            None => Err(raise!(py, IndexError, "{what} index out of range")),
        }
    }

    fn wrapped(&self, py: Py<'_>, key: &PyObject) -> PyResult<isize> {
        let index = key.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
        Ok(if index < 0 { index + self.count() as isize } else { index })
    }

    fn as_list(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        PyList::from_vec(py, self.children.0.borrow().iter().map(|child| child.to_ref()).collect())
    }

    /// Takes the items of a list, which are elements, as children.
    fn set_children(&self, py: Py<'_>, list: &PyList) -> PyResult<()> {
        let mut children = Vec::with_capacity(list.len());
        for item in list.to_vec() {
            match item.downcast_into::<Element>() {
                Ok(child) => children.push(child),
                Err(other) => return Err(not_an_element(py, &other)),
            }
        }
        self.grown(children.len());
        let old = core::mem::replace(&mut *self.children.0.borrow_mut(), children);
        drop(old);
        Ok(())
    }

    /// The slice with plain integers: making them may run code that changes the children.
    fn evaluated(py: Py<'_>, slice: &PyObject) -> PyResult<Ref<PyObject>> {
        let part = |name| -> PyResult<Ref<PyObject>> {
            let value = slice.get_attr(py, name)?;
            if value.is_none() || !value.is_index() { Ok(value) } else { value.index(py).map(Ref::upcast) }
        };
        let parts = [part(id!(py, "start"))?, part(id!(py, "stop"))?, part(id!(py, "step"))?];
        let [start, stop, step] = &parts;
        PySlice::type_object().call(py, &[start, stop, step])
    }

    fn assign_slice(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        let key = Element::evaluated(py, key)?;
        let Some(value) = value else {
            let list = self.as_list(py)?;
            list.del_item(py, &key)?;
            return self.set_children(py, &list);
        };
        let items = elements(py, value, "assignment expects an iterable")?;
        let list = self.as_list(py)?;
        list.set_item(py, &key, &*PyList::from_vec(py, items)?)?;
        self.set_children(py, &list)
    }
}

/// The items of an iterable, all of them elements.
fn elements(py: Py<'_>, iterable: &PyObject, refusal: &str) -> PyResult<Vec<Ref<PyObject>>> {
    let items = match iterable.iter(py) {
        Ok(iterator) => iterator.collect(py)?,
        Err(raised) => {
            if !py.error_matches(krait_runtime::objects::exceptions::types::TypeError()) {
                return Err(raised);
            }
            py.clear_error(raised);
            bail!(py, TypeError, "{refusal}");
        }
    };
    match items.iter().find(|item| !Element::check(item)) {
        Some(other) => Err(not_an_element(py, other)),
        None => Ok(items),
    }
}

#[pymethods(part = "items")]
impl Element {
    #[slot]
    fn sq_length(&self, _py: Py<'_>) -> isize {
        self.count() as isize
    }

    #[slot]
    fn mp_length(&self, _py: Py<'_>) -> isize {
        self.count() as isize
    }

    #[slot]
    fn sq_item(&self, py: Py<'_>, index: isize) -> PyResult<Ref<Element>> {
        let found = usize::try_from(index).ok().and_then(|index| self.child(index));
        found.ok_or_else(|| raise!(py, IndexError, "child index out of range"))
    }

    #[slot]
    fn sq_ass_item(&self, py: Py<'_>, index: isize, value: Option<&PyObject>) -> PyResult<()> {
        let index = self.check_index(py, index, "child assignment")?;
        let old = match value {
            None => Some(self.children.0.borrow_mut().remove(index)),
            Some(value) => {
                let Some(value) = value.downcast::<Element>() else { return Err(not_an_element(py, value)) };
                let mut children = self.children.0.borrow_mut();
                children.get_mut(index).map(|slot| core::mem::replace(slot, value.new_ref()))
            }
        };
        drop(old);
        Ok(())
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        if key.is_index() {
            let index = self.wrapped(py, key)?;
            return self.sq_item(py, index).map(Ref::upcast);
        }
        if !PySlice::check(key) {
            bail!(py, TypeError, "element indices must be integers");
        }
        let key = Element::evaluated(py, key)?;
        self.as_list(py)?.get_item(py, &key)
    }

    #[slot]
    fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        if key.is_index() {
            let index = self.wrapped(py, key)?;
            return self.sq_ass_item(py, index, value);
        }
        if !PySlice::check(key) {
            bail!(py, TypeError, "element indices must be integers");
        }
        self.assign_slice(py, key, value)
    }

    #[pymethod]
    #[sig("($self, subelement, /)")]
    fn append(&self, py: Py<'_>, subelement: &PyObject) -> PyResult<()> {
        let Some(child) = subelement.downcast::<Element>() else {
            bail!(
                py,
                TypeError,
                "append() argument 1 must be xml.etree.ElementTree.Element, not {}",
                if subelement.is_none() { "None" } else { subelement.ty().name() }
            );
        };
        self.append_child(py, child)
    }

    #[pymethod]
    #[sig("($self, elements, /)")]
    fn extend(&self, py: Py<'_>, elements: &PyObject) -> PyResult<()> {
        for child in self::elements(py, elements, "'elements' must be an iterable")? {
            if let Some(child) = child.downcast::<Element>() {
                self.append_child(py, child)?;
            }
        }
        Ok(())
    }

    #[pymethod]
    #[sig("($self, index, subelement, /)")]
    fn insert(&self, py: Py<'_>, index: isize, subelement: &PyObject) -> PyResult<()> {
        let Some(child) = subelement.downcast::<Element>() else {
            bail!(
                py,
                TypeError,
                "insert() argument 2 must be xml.etree.ElementTree.Element, not {}",
                if subelement.is_none() { "None" } else { subelement.ty().name() }
            );
        };
        let mut children = self.children.0.borrow_mut();
        let length = children.len() as isize;
        let index = if index < 0 { (index + length).max(0) } else { index.min(length) };
        children.insert(index as usize, child.new_ref());
        self.grown(children.len());
        Ok(())
    }

    #[pymethod]
    #[sig("($self, subelement, /)")]
    fn remove(&self, py: Py<'_>, subelement: &PyObject) -> PyResult<()> {
        if !Element::check(subelement) {
            bail!(
                py,
                TypeError,
                "remove() argument must be xml.etree.ElementTree.Element, not {}",
                if subelement.is_none() { "None" } else { subelement.ty().name() }
            );
        }
        let mut found = None;
        let mut index = 0;
        while found.is_none()
            && let Some(child) = self.child(index)
        {
            if child.is(subelement) || child.eq(py, subelement)? {
                found = Some(index);
            }
            index += 1;
        }
        let Some(index) = found else { bail!(py, ValueError, "Element.remove(x): element not found") };
        let mut children = self.children.0.borrow_mut();
        let old = if index < children.len() { Some(children.remove(index)) } else { None };
        drop(children);
        drop(old);
        Ok(())
    }
}
