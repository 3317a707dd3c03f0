//! `Element`: a tag, attributes, text before the first child, text after the end, children. Not here: children as a
//! sequence (`element_items.rs`), searches (`search.rs`).

use core::cell::RefCell;

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

/// The children. Not borrowed while Python code may run.
#[derive(Default)]
pub struct Children(pub RefCell<Vec<Ref<Element>>>);

impl Traverse for Children {
    fn traverse(&self, visit: &mut Visitor<'_>) -> i32 {
        let Ok(children) = self.0.try_borrow() else { return 0 };
        children.iter().map(|child| child.traverse(visit)).find(|stop| *stop != 0).unwrap_or(0)
    }

    fn clear_references(&self) {
        let children = self.0.try_borrow_mut().map(|mut children| core::mem::take(&mut *children));
        drop(children);
    }
}

/// `xml.etree.ElementTree.Element`.
#[pyclass(module = "xml.etree.ElementTree", name = "Element", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Element {
    base: PyObject,
    tag: Member<PyObject>,
    text: Member<PyObject>,
    tail: Member<PyObject>,
    /// Made when first asked for.
    attrib: Member<PyDict>,
    pub(super) children: Children,
    /// How many children CPython would have room for, past the first four: for `__sizeof__`.
    allocated: Cell<usize>,
    weaklist: WeakList,
}

/// Bytes of CPython's element, and of what it allocates besides for attributes and children.
const SIZE: usize = 56;
const EXTRA_SIZE: usize = 64;

#[cold]
pub fn not_an_element(py: Py<'_>, object: &PyObject) -> Raised {
    raise!(py, TypeError, "expected an Element, not \"{}\"", object.ty().name())
}

/// The attributes of a new element: a copy of the dict given, and the keywords.
pub fn attributes(
    py: Py<'_>,
    function: &str,
    index: usize,
    attrib: Option<&PyObject>,
    extra: Kwargs<'_>,
) -> PyResult<Option<Ref<PyDict>>> {
    let Some(attrib) = attrib else {
        return if extra.is_empty() { Ok(None) } else { from_keywords(py, extra.to_dict(py)?).map(Some) };
    };
    let Some(given) = attrib.downcast::<PyDict>() else {
        let got = if attrib.is_none() { "None" } else { attrib.ty().name() };
        bail!(py, TypeError, "{function}() argument {index} must be dict, not {got}");
    };
    let dict = PyDict::new(py)?;
    dict.update(py, given)?;
    for (name, value) in extra.iter() {
        dict.set(py, name, value)?;
    }
    Ok(Some(dict))
}

/// Keywords are attributes; one of them may be a dict of more.
fn from_keywords(py: Py<'_>, keywords: Ref<PyDict>) -> PyResult<Ref<PyDict>> {
    let Some(attrib) = keywords.remove(py, id!(py, "attrib"))? else { return Ok(keywords) };
    let Some(given) = attrib.downcast::<PyDict>() else {
        bail!(py, TypeError, "attrib must be dict, not {}", attrib.ty().name());
    };
    let dict = PyDict::new(py)?;
    dict.update(py, given)?;
    dict.update(py, &keywords)?;
    Ok(dict)
}

impl Element {
    fn payload(py: Py<'_>) -> Element {
        Element {
            base: PyObject::HEADER,
            tag: Member::new(py.none()),
            text: Member::new(py.none()),
            tail: Member::new(py.none()),
            attrib: Member::empty(),
            children: Children::default(),
            allocated: Cell::new(0),
            weaklist: WeakList::EMPTY,
        }
    }

    /// A new element. The attributes become its own.
    pub fn make(py: Py<'_>, tag: &PyObject, attrib: Option<Ref<PyDict>>) -> PyResult<Ref<Element>> {
        Element {
            base: PyObject::HEADER,
            tag: Member::new(tag.to_ref()),
            text: Member::new(py.none()),
            tail: Member::new(py.none()),
            attrib: Member::from_option(attrib.filter(|attrib| !attrib.is_empty())),
            children: Children::default(),
            allocated: Cell::new(0),
            weaklist: WeakList::EMPTY,
        }
        .alloc_exact(py)
    }

    /// The tag.
    pub fn tag_of(&self, py: Py<'_>) -> Ref<PyObject> {
        self.tag.get().unwrap_or_else(|| py.none())
    }

    /// The text.
    pub fn text_of(&self, py: Py<'_>) -> Ref<PyObject> {
        self.text.get().unwrap_or_else(|| py.none())
    }

    /// The tail.
    pub fn tail_of(&self, py: Py<'_>) -> Ref<PyObject> {
        self.tail.get().unwrap_or_else(|| py.none())
    }

    /// The text or the tail, to be changed.
    pub fn text_slot(&self, tail: bool) -> &Member<PyObject> {
        if tail { &self.tail } else { &self.text }
    }

    /// The attributes, made if there are none.
    pub fn attributes_of(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        if let Some(attrib) = self.attrib.get() {
            return Ok(attrib);
        }
        let attrib = PyDict::new(py)?;
        self.attrib.set(attrib.clone());
        Ok(attrib)
    }

    /// A child.
    pub fn child(&self, index: usize) -> Option<Ref<Element>> {
        self.children.0.borrow().get(index).cloned()
    }

    /// Number of children.
    pub fn count(&self) -> usize {
        self.children.0.borrow().len()
    }

    /// Adds a child at the end.
    pub fn append_child(&self, py: Py<'_>, child: &Element) -> PyResult<()> {
        let mut children = self.children.0.borrow_mut();
        if children.len() == children.capacity() && children.try_reserve(1).is_err() {
            drop(children);
            return Err(py.no_memory());
        }
        children.push(child.new_ref());
        self.grown(children.len());
        Ok(())
    }

    /// Keeps account of what CPython would allocate for `count` children.
    pub fn grown(&self, count: usize) {
        if count > self.allocated.get().max(4) {
            self.allocated.set((count >> 3) + if count < 9 { 3 } else { 6 } + count);
        }
    }

    fn reset(&self, py: Py<'_>) {
        let children = core::mem::take(&mut *self.children.0.borrow_mut());
        let attrib = self.attrib.take();
        self.allocated.set(0);
        let old = (self.text.replace(Some(py.none())), self.tail.replace(Some(py.none())));
        drop((children, attrib, old));
    }

    fn deep_copy(&self, py: Py<'_>, memo: &PyObject) -> PyResult<Ref<Element>> {
        py.check_stack(" in Element.__deepcopy__")?;
        let attrib = match self.attrib.get() {
            Some(attrib) => match deep_copy(py, &attrib, memo)?.downcast_into::<PyDict>() {
                Ok(attrib) => Some(attrib),
                Err(_) => bail!(py, TypeError, "attrib must be dict"),
            },
            None => None,
        };
        let copy = Element::make(py, &*deep_copy(py, &self.tag_of(py), memo)?, attrib)?;
        copy.text.set(deep_copy(py, &self.text_of(py), memo)?);
        copy.tail.set(deep_copy(py, &self.tail_of(py), memo)?);
        let mut index = 0;
        while let Some(child) = self.child(index) {
            let child = deep_copy(py, &child, memo)?;
            match child.downcast::<Element>() {
                Some(child) => copy.append_child(py, child)?,
                None => return Err(not_an_element(py, &child)),
            }
            index += 1;
        }
        memo.set_item(py, &*self.id().into_py(py)?, &copy)?;
        Ok(copy)
    }
}

/// `copy.deepcopy`, short for what needs none.
fn deep_copy(py: Py<'_>, object: &PyObject, memo: &PyObject) -> PyResult<Ref<PyObject>> {
    if object.is_none() || PyStr::check_exact(object) {
        return Ok(object.to_ref());
    }
    if let Some(element) = object.downcast_exact::<Element>() {
        return element.deep_copy(py, memo).map(Ref::upcast);
    }
    if let Some(dict) = object.downcast_exact::<PyDict>() {
        let items = dict.items_snapshot();
        if items.iter().all(|(key, value)| PyStr::check_exact(key) && PyStr::check_exact(value)) {
            let copy = PyDict::new(py)?;
            copy.update(py, dict)?;
            return Ok(copy.upcast());
        }
    }
    let copy = krait_interp::import::import_module(py, "copy")?;
    copy.get_attr(py, id!(py, "deepcopy"))?.call(py, &[object, memo])
}

#[pymethods(parts(items, search))]
impl Element {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        Element::payload(py).alloc(py, cls)
    }

    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        let n = args.len();
        let Some(tag) = args.get(0) else {
            bail!(py, TypeError, "Element() takes at least 1 argument (0 given)");
        };
        if n > 2 {
            bail!(py, TypeError, "Element() takes at most 2 arguments ({n} given)");
        }
        let attrib = attributes(py, "Element", 2, args.get(1), Kwargs::default())?;
        let attrib = match kwargs.filter(|kwargs| !kwargs.is_empty()) {
            Some(kwargs) => {
                let dict = PyDict::new(py)?;
                if let Some(attrib) = &attrib {
                    dict.update(py, attrib)?;
                }
                dict.update(py, kwargs)?;
                Some(if attrib.is_some() { dict } else { from_keywords(py, dict)? })
            }
            None => attrib,
        };
        self.reset(py);
        drop(self.attrib.replace(attrib.filter(|attrib| !attrib.is_empty())));
        self.tag.set(tag.to_ref());
        Ok(())
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let Some(_guard) = py.repr_enter(self)? else {
            bail!(py, RuntimeError, "reentrant call inside {}.__repr__", self.ty().name());
        };
        let tag = self.tag_of(py).repr(py)?;
        PyStr::concat_display(py, "<Element ", "", &tag, &format!(" at {:#x}>", self.id()))
    }

    #[slot]
    fn nb_bool(&self, py: Py<'_>) -> PyResult<bool> {
        krait_interp::warnings::warn(
            py,
            types::DeprecationWarning(),
            "Testing an element's truth value will always return True in future versions.  \
             Use specific 'len(elem)' or 'elem is not None' test instead.",
            1,
        )?;
        Ok(self.count() > 0)
    }

    #[getter]
    fn tag(&self, py: Py<'_>) -> Ref<PyObject> {
        self.tag_of(py)
    }

    #[setter]
    fn set_tag(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.tag.set(present(py, value)?.to_ref());
        Ok(())
    }

    #[getter]
    fn text(&self, py: Py<'_>) -> Ref<PyObject> {
        self.text_of(py)
    }

    #[setter]
    fn set_text(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.text.set(present(py, value)?.to_ref());
        Ok(())
    }

    #[getter]
    fn tail(&self, py: Py<'_>) -> Ref<PyObject> {
        self.tail_of(py)
    }

    #[setter]
    fn set_tail(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.tail.set(present(py, value)?.to_ref());
        Ok(())
    }

    #[getter]
    fn attrib(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        self.attributes_of(py)
    }

    #[setter]
    fn set_attrib(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let value = present(py, value)?;
        let Some(dict) = value.downcast::<PyDict>() else {
            bail!(py, TypeError, "attrib must be dict, not {}", value.ty().name());
        };
        self.attrib.set(dict.new_ref());
        Ok(())
    }

    #[pymethod]
    #[sig("($self, key, default=None)")]
    fn get(&self, py: Py<'_>, key: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let found = match self.attrib.get() {
            Some(attrib) => attrib.get(py, key)?,
            None => None,
        };
        Ok(found.unwrap_or_else(|| default.map_or_else(|| py.none(), PyObject::to_ref)))
    }

    #[pymethod]
    #[sig("($self, key, value, /)")]
    fn set(&self, py: Py<'_>, key: &PyObject, value: &PyObject) -> PyResult<()> {
        self.attributes_of(py)?.set(py, key, value)
    }

    #[pymethod]
    fn items(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        let list = PyList::new(py)?;
        for (key, value) in self.attrib.get().map(|attrib| attrib.items_snapshot()).unwrap_or_default() {
            list.append(py, PyTuple::pair(py, key, value)?.upcast())?;
        }
        Ok(list)
    }

    #[pymethod]
    fn keys(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        let items = self.attrib.get().map(|attrib| attrib.items_snapshot()).unwrap_or_default();
        PyList::from_vec(py, items.into_iter().map(|(key, _)| key).collect())
    }

    #[pymethod]
    fn clear(&self, py: Py<'_>) {
        self.reset(py);
    }

    #[pymethod]
    #[sig("($self, tag, attrib, /)")]
    fn makeelement(&self, py: Py<'_>, tag: &PyObject, attrib: &PyObject) -> PyResult<Ref<Element>> {
        let attrib = attributes(py, "makeelement", 2, Some(attrib), Kwargs::default())?;
        Element::make(py, tag, attrib)
    }

    #[pymethod]
    fn __copy__(&self, py: Py<'_>) -> PyResult<Ref<Element>> {
        let copy = Element::make(py, &self.tag_of(py), None)?;
        drop(copy.attrib.replace(self.attrib.get()));
        copy.text.set(self.text_of(py));
        copy.tail.set(self.tail_of(py));
        let children = self.children.0.borrow().clone();
        copy.grown(children.len());
        *copy.children.0.borrow_mut() = children;
        Ok(copy)
    }

    #[pymethod]
    #[sig("($self, memo, /)")]
    fn __deepcopy__(&self, py: Py<'_>, memo: &PyDict) -> PyResult<Ref<Element>> {
        self.deep_copy(py, memo)
    }

    #[pymethod]
    fn __sizeof__(&self, _py: Py<'_>) -> usize {
        let has_extra = self.attrib.is_some() || self.count() > 0;
        SIZE + if has_extra { EXTRA_SIZE } else { 0 } + self.allocated.get() * 8
    }

    #[pymethod]
    fn __getstate__(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        let children = self.children.0.borrow().iter().map(|child| child.to_ref()).collect();
        let state = PyDict::new(py)?;
        state.set_named(py, "tag", &self.tag_of(py))?;
        state.set_named(py, "_children", &*PyList::from_vec(py, children)?)?;
        let attrib = match self.attrib.get() {
            Some(attrib) => attrib,
            None => PyDict::new(py)?,
        };
        state.set_named(py, "attrib", &attrib)?;
        state.set_named(py, "text", &self.text_of(py))?;
        state.set_named(py, "tail", &self.tail_of(py))?;
        Ok(state)
    }

    #[pymethod]
    #[sig("($self, state, /)")]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let Some(state) = state.downcast_exact::<PyDict>() else {
            let shown = state.repr(py)?;
            let text =
                PyStr::concat_display(py, "Don't know how to unpickle \"", "", &shown, "\" as an Element")?;
            return Err(py.raise_object(types::TypeError(), Some(&text)));
        };
        let Some(tag) = state.get_named(py, "tag")? else { bail!(py, TypeError, "tag may not be NULL") };
        let attrib = match state.get_named(py, "attrib")?.filter(|attrib| !attrib.is_none()) {
            Some(attrib) => match attrib.downcast_into::<PyDict>() {
                Ok(attrib) => Some(attrib),
                Err(other) => bail!(py, TypeError, "attrib must be dict, not {}", other.ty().name()),
            },
            None => None,
        };
        let mut children = Vec::new();
        if let Some(list) = state.get_named(py, "_children")? {
            let Some(list) = list.downcast::<PyList>() else {
                bail!(py, TypeError, "'_children' is not a list");
            };
            for child in list.to_vec() {
                match child.downcast_into::<Element>() {
                    Ok(child) => children.push(child),
                    Err(other) => return Err(not_an_element(py, &other)),
                }
            }
        }
        let part = |name| Ok(state.get_named(py, name)?.unwrap_or_else(|| py.none()));
        let (text, tail) = (part("text")?, part("tail")?);
        self.tag.set(tag);
        self.text.set(text);
        self.tail.set(tail);
        drop(self.attrib.replace(attrib));
        self.grown(children.len());
        let old = core::mem::replace(&mut *self.children.0.borrow_mut(), children);
        drop(old);
        Ok(())
    }
}

fn present<'a>(py: Py<'_>, value: Option<&'a PyObject>) -> PyResult<&'a PyObject> {
    value.ok_or_else(|| raise!(py, AttributeError, "can't delete element attribute"))
}
