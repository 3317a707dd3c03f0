//! `TreeBuilder`: makes a tree of elements from a stream of events.

use core::cell::RefCell;

use krait_runtime::prelude::*;

use super::{COMMENT_FACTORY, Element, PARSE_ERROR, PI_FACTORY};

/// Events that a pull parser is told about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Start,
    End,
    StartNamespace,
    EndNamespace,
    Comment,
    Instruction,
}

impl Told {
    /// The event of a name.
    pub fn named(name: &PyStr) -> Option<Told> {
        let known = [
            ("start", Told::Start),
            ("end", Told::End),
            ("start-ns", Told::StartNamespace),
            ("end-ns", Told::EndNamespace),
            ("comment", Told::Comment),
            ("pi", Told::Instruction),
        ];
        known.iter().find(|(text, _)| name.eq_str(text)).map(|(_, told)| *told)
    }
}

/// Text that waits for its element: objects, and behind them UTF-8.
#[derive(Default)]
struct Pending {
    objects: Vec<Ref<PyObject>>,
    bytes: Vec<u8>,
}

impl Traverse for Pending {
    fn traverse(&self, visit: &mut Visitor<'_>) -> i32 {
        self.objects.traverse(visit)
    }
}

/// `xml.etree.ElementTree.TreeBuilder`.
#[pyclass(module = "xml.etree.ElementTree", name = "TreeBuilder", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct TreeBuilder {
    base: PyObject,
    root: Member<PyObject>,
    /// The innermost open element.
    current: Member<PyObject>,
    /// What was opened, closed or inserted last.
    last: Member<PyObject>,
    /// Set when text belongs behind what came last.
    tail_of: Member<PyObject>,
    pending: RefCell<Pending>,
    stack: RefCell<Vec<Ref<PyObject>>>,
    element_factory: Member<PyObject>,
    comment_factory: Member<PyObject>,
    pi_factory: Member<PyObject>,
    insert_comments: Cell<bool>,
    insert_pis: Cell<bool>,
    /// Takes events, and the objects that name those it wants.
    append_event: Member<PyObject>,
    events: [Member<PyObject>; 6],
}

impl TreeBuilder {
    /// A builder with nothing special.
    pub fn plain(py: Py<'_>) -> PyResult<Ref<TreeBuilder>> {
        let builder = TreeBuilder::payload().alloc_exact(py)?;
        builder.comment_factory.set(COMMENT_FACTORY.get(py)?);
        builder.pi_factory.set(PI_FACTORY.get(py)?);
        Ok(builder)
    }

    fn payload() -> TreeBuilder {
        TreeBuilder {
            base: PyObject::HEADER,
            root: Member::empty(),
            current: Member::empty(),
            last: Member::empty(),
            tail_of: Member::empty(),
            pending: RefCell::default(),
            stack: RefCell::default(),
            element_factory: Member::empty(),
            comment_factory: Member::empty(),
            pi_factory: Member::empty(),
            insert_comments: Cell::new(false),
            insert_pis: Cell::new(false),
            append_event: Member::empty(),
            events: [const { Member::empty() }; 6],
        }
    }

    /// Tells events to `append`, those for which `event` has been called since.
    pub fn tell_events_to(&self, append: Ref<PyObject>) {
        self.append_event.set(append);
        self.events.iter().for_each(|event| drop(event.take()));
    }

    /// Wants an event, under a name.
    pub fn want(&self, told: Told, name: Ref<PyObject>) {
        if let Some(slot) = self.events.get(told as usize) {
            slot.set(name);
        }
    }

    fn tell(&self, py: Py<'_>, told: Told, value: &PyObject) -> PyResult<()> {
        let Some(name) = self.events.get(told as usize).and_then(Member::get) else { return Ok(()) };
        let Some(append) = self.append_event.get() else { return Ok(()) };
        let event = PyTuple::pair(py, name, value.to_ref())?;
        append.call(py, &[&event]).map(drop)
    }

    /// Text of the document.
    pub fn add_text(&self, text: &[u8]) {
        if self.last.is_some() {
            self.pending.borrow_mut().bytes.extend_from_slice(text);
        }
    }

    /// Gives the text that waits to its element.
    fn flush(&self, py: Py<'_>) -> PyResult<()> {
        let text = {
            let mut pending = self.pending.borrow_mut();
            if pending.bytes.is_empty() && pending.objects.is_empty() {
                return Ok(());
            }
            if !pending.bytes.is_empty() {
                let text = crate::pyexpat::text(py, &pending.bytes)?;
                pending.bytes.clear();
                pending.objects.push(text.upcast());
            }
            core::mem::take(&mut pending.objects)
        };
        let text = joined(py, text)?;
        let (target, tail) = match self.tail_of.get() {
            Some(element) => (element, true),
            None => match self.last.get() {
                Some(element) => (element, false),
                None => return Ok(()),
            },
        };
        if let Some(element) = target.downcast_exact::<Element>() {
            let slot = element.text_slot(tail);
            let text = match slot.get().filter(|old| !old.is_none()) {
                Some(old) => joined(py, vec![old, text])?,
                None => text,
            };
            slot.set(text);
            return Ok(());
        }
        let name = if tail { id!(py, "tail") } else { id!(py, "text") };
        let old = target.get_attr_optional(py, name)?.filter(|old| !old.is_none());
        let text = match old {
            Some(old) => joined(py, vec![old, text])?,
            None => text,
        };
        target.set_attr(py, name, &text)
    }

    /// An element begins.
    pub fn start_element(
        &self,
        py: Py<'_>,
        tag: &PyObject,
        attrib: Option<Ref<PyDict>>,
    ) -> PyResult<Ref<PyObject>> {
        self.flush(py)?;
        let node = match self.element_factory.get() {
            None => Element::make(py, tag, attrib)?.upcast(),
            Some(factory) => {
                let attrib = match attrib {
                    Some(attrib) => attrib,
                    None => PyDict::new(py)?,
                };
                factory.call(py, &[tag, &attrib])?
            }
        };
        drop(self.tail_of.take());
        match self.current.get() {
            Some(current) => {
                add_child(py, &current, &node)?;
                self.stack.borrow_mut().push(current);
            }
            None if self.root.is_some() => {
                return Err(PARSE_ERROR.raise(py, format_args!("multiple elements on top level")));
            }
            None => self.root.set(node.clone()),
        }
        self.current.set(node.clone());
        self.last.set(node.clone());
        self.tell(py, Told::Start, &node)?;
        Ok(node)
    }

    /// The innermost element ends.
    pub fn end_element(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.flush(py)?;
        let Some(ended) = self.current.take() else { bail!(py, IndexError, "pop from empty stack") };
        let outer = self.stack.borrow_mut().pop();
        drop(self.current.replace(outer));
        self.last.set(ended.clone());
        self.tail_of.set(ended.clone());
        self.tell(py, Told::End, &ended)?;
        Ok(ended)
    }

    /// A comment.
    pub fn add_comment(&self, py: Py<'_>, text: &PyObject) -> PyResult<Ref<PyObject>> {
        self.flush(py)?;
        let comment = match self.comment_factory.get().filter(|factory| !factory.is_none()) {
            Some(factory) => self.inserted(py, factory.call(py, &[text])?, self.insert_comments.get())?,
            None => text.to_ref(),
        };
        self.tell(py, Told::Comment, &comment)?;
        Ok(comment)
    }

    /// A processing instruction.
    pub fn add_instruction(&self, py: Py<'_>, target: &PyObject, text: &PyObject) -> PyResult<Ref<PyObject>> {
        self.flush(py)?;
        let instruction = match self.pi_factory.get().filter(|factory| !factory.is_none()) {
            Some(factory) => self.inserted(py, factory.call(py, &[target, text])?, self.insert_pis.get())?,
            None => PyTuple::pair(py, target.to_ref(), text.to_ref())?.upcast(),
        };
        self.tell(py, Told::Instruction, &instruction)?;
        Ok(instruction)
    }

    fn inserted(&self, py: Py<'_>, node: Ref<PyObject>, insert: bool) -> PyResult<Ref<PyObject>> {
        if insert && let Some(current) = self.current.get() {
            add_child(py, &current, &node)?;
            self.last.set(node.clone());
            self.tail_of.set(node.clone());
        }
        Ok(node)
    }

    /// A namespace is declared.
    pub fn add_namespace(&self, py: Py<'_>, prefix: Ref<PyObject>, uri: Ref<PyObject>) -> PyResult<()> {
        if !self.events.get(Told::StartNamespace as usize).is_some_and(Member::is_some) {
            return Ok(());
        }
        self.tell(py, Told::StartNamespace, &*PyTuple::pair(py, prefix, uri)?)
    }

    /// A namespace's element has ended.
    pub fn end_namespace(&self, py: Py<'_>) -> PyResult<()> {
        self.tell(py, Told::EndNamespace, PyNone::get())
    }

    /// The tree.
    pub fn finished(&self, py: Py<'_>) -> Ref<PyObject> {
        self.root.get().unwrap_or_else(|| py.none())
    }
}

fn add_child(py: Py<'_>, parent: &PyObject, child: &PyObject) -> PyResult<()> {
    match (parent.downcast_exact::<Element>(), child.downcast::<Element>()) {
        (Some(parent), Some(child)) => parent.append_child(py, child),
        _ => parent.call_method(py, id!(py, "append"), &[child]).map(drop),
    }
}

/// Several texts in one.
fn joined(py: Py<'_>, mut texts: Vec<Ref<PyObject>>) -> PyResult<Ref<PyObject>> {
    if texts.len() == 1
        && let Some(only) = texts.pop()
    {
        return Ok(only);
    }
    PyStr::empty().join_items(py, &texts).map(Ref::upcast)
}

#[pymethods]
impl TreeBuilder {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        TreeBuilder::payload().alloc(py, cls)
    }

    #[init]
    #[sig(
        "(element_factory=None, *, comment_factory=None, pi_factory=None, insert_comments=False, insert_pis=False)"
    )]
    fn builder_init(
        &self,
        py: Py<'_>,
        element_factory: Option<&PyObject>,
        comment_factory: Option<&PyObject>,
        pi_factory: Option<&PyObject>,
        #[default(false)] insert_comments: bool,
        #[default(false)] insert_pis: bool,
    ) -> PyResult<()> {
        let given =
            |factory: Option<&PyObject>| factory.filter(|factory| !factory.is_none()).map(PyObject::to_ref);
        drop(self.element_factory.replace(given(element_factory)));
        let (comments, instructions) = (given(comment_factory), given(pi_factory));
        let comments = match comments {
            Some(factory) => factory,
            None => COMMENT_FACTORY.get(py)?,
        };
        let instructions = match instructions {
            Some(factory) => factory,
            None => PI_FACTORY.get(py)?,
        };
        self.insert_comments.set(insert_comments && !comments.is_none());
        self.insert_pis.set(insert_pis && !instructions.is_none());
        self.comment_factory.set(comments);
        self.pi_factory.set(instructions);
        Ok(())
    }

    #[pymethod]
    #[sig("($self, data, /)")]
    fn data(&self, py: Py<'_>, data: &PyObject) -> PyResult<()> {
        if !self.last.is_some() {
            return Ok(());
        }
        let mut pending = self.pending.borrow_mut();
        if !pending.bytes.is_empty() {
            let text = crate::pyexpat::text(py, &pending.bytes)?;
            pending.bytes.clear();
            pending.objects.push(text.upcast());
        }
        pending.objects.push(data.to_ref());
        Ok(())
    }

    #[pymethod]
    #[sig("($self, tag, attrs, /)")]
    fn start(&self, py: Py<'_>, tag: &PyObject, attrs: &PyDict) -> PyResult<Ref<PyObject>> {
        self.start_element(py, tag, Some(attrs.new_ref()))
    }

    #[pymethod]
    #[sig("($self, tag, /)")]
    fn end(&self, py: Py<'_>, _tag: &PyObject) -> PyResult<Ref<PyObject>> {
        self.end_element(py)
    }

    #[pymethod]
    #[sig("($self, text, /)")]
    fn comment(&self, py: Py<'_>, text: &PyObject) -> PyResult<Ref<PyObject>> {
        self.add_comment(py, text)
    }

    #[pymethod]
    #[sig("($self, target, text=None, /)")]
    fn pi(&self, py: Py<'_>, target: &PyObject, text: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        self.add_instruction(py, target, text.unwrap_or(PyNone::get()))
    }

    #[pymethod]
    fn close(&self, py: Py<'_>) -> Ref<PyObject> {
        self.finished(py)
    }
}
