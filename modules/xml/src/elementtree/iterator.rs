//! The iterator of `Element.iter` and `Element.itertext`: the tree in document order.

use core::cell::RefCell;

use krait_runtime::prelude::*;

use super::Element;

/// `_elementtree._element_iterator`.
#[pyclass(module = "_elementtree", name = "_element_iterator", gc, heap, immutable)]
#[repr(C)]
pub struct ElementIterator {
    base: PyObject,
    /// Where it begins, until it has.
    root: Member<Element>,
    /// The elements whose children are being visited, and how many were.
    #[no_traverse]
    parents: Parents,
    sought: Member<PyObject>,
    texts: Cell<bool>,
}

#[derive(Default)]
struct Parents(RefCell<Vec<(Ref<Element>, usize)>>);

impl ElementIterator {
    /// An iterator over `root` and all below it: the elements with a tag, or the texts inside.
    pub fn over(
        py: Py<'_>,
        root: &Element,
        sought: Option<&PyObject>,
        texts: bool,
    ) -> PyResult<Ref<ElementIterator>> {
        PyType::ready::<ElementIterator>(py)?;
        ElementIterator {
            base: PyObject::HEADER,
            root: Member::new(root.new_ref()),
            parents: Parents::default(),
            sought: Member::from_option(sought.map(PyObject::to_ref)),
            texts: Cell::new(texts),
        }
        .alloc_exact(py)
    }

    fn is_sought(&self, py: Py<'_>, element: &Element) -> PyResult<bool> {
        let Some(sought) = self.sought.get() else { return Ok(true) };
        let tag = element.tag_of(py);
        if tag.is(&sought) { Ok(true) } else { tag.eq(py, &sought) }
    }

    /// The next child of the innermost parent; when it has no more, the parent itself, which is done.
    fn step(&self) -> Option<Result<Ref<Element>, (Ref<Element>, bool)>> {
        let mut parents = self.parents.0.borrow_mut();
        let (parent, visited) = parents.last_mut()?;
        if let Some(child) = parent.child(*visited) {
            *visited += 1;
            return Some(Ok(child));
        }
        let (parent, _) = parents.pop()?;
        Some(Err((parent, !parents.is_empty())))
    }
}

#[pymethods]
impl ElementIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        loop {
            let element = match self.root.take() {
                Some(root) => root,
                None => match self.step() {
                    None => return Ok(None),
                    Some(Ok(child)) => child,
                    Some(Err((parent, inside))) => {
                        if self.texts.get() && inside {
                            let tail = parent.tail_of(py);
                            if !tail.is_none() && tail.is_true(py)? {
                                return Ok(Some(tail));
                            }
                        }
                        continue;
                    }
                },
            };
            if self.texts.get() {
                // What is no element, a comment say, has no text of the document; only what follows it is.
                let tag = element.tag_of(py);
                if !PyStr::check(&tag) && !tag.is_none() {
                    self.parents.0.borrow_mut().push((element, usize::MAX));
                    continue;
                }
            }
            self.parents.0.borrow_mut().push((element.clone(), 0));
            if self.texts.get() {
                let text = element.text_of(py);
                if !text.is_none() && text.is_true(py)? {
                    return Ok(Some(text));
                }
            } else if self.is_sought(py, &element)? {
                return Ok(Some(element.upcast()));
            }
        }
    }
}
