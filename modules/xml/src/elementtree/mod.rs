//! Module `_elementtree`: elements, and what builds trees of them.

mod builder;
mod element;
mod element_items;
mod iterator;
mod parser;
mod search;

pub use builder::TreeBuilder;
pub use element::Element;
pub use iterator::ElementIterator;
pub use parser::XmlParser;

use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

/// `xml.etree.ElementTree.ParseError`.
static PARSE_ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    new_exception_class(py, "xml.etree.ElementTree.ParseError", None, &[types::SyntaxError()])
});

/// What makes comments and processing instructions, unless a builder has its own.
static COMMENT_FACTORY: InterpreterLocal = InterpreterLocal::new(|py| Ok(py.none()));
static PI_FACTORY: InterpreterLocal = InterpreterLocal::new(|py| Ok(py.none()));

/// The module.
#[pymodule(name = "_elementtree", types = [ElementIterator])]
pub mod _elementtree {
    use super::{COMMENT_FACTORY, Element, ElementIterator, PARSE_ERROR, PI_FACTORY, TreeBuilder, XmlParser};
    use krait_runtime::prelude::*;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.dict().remove(py, id!(py, "_element_iterator"))?;
        PyType::ready::<ElementIterator>(py)?;
        module.add(py, "Element", PyType::ready::<Element>(py)?)?;
        module.add(py, "TreeBuilder", PyType::ready::<TreeBuilder>(py)?)?;
        module.add(py, "XMLParser", PyType::ready::<XmlParser>(py)?)?;
        module.add(py, "ParseError", &*PARSE_ERROR.get(py)?)
    }

    #[pyfunction(name = "SubElement")]
    #[raw]
    fn sub_element(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let (parent, tag, attrib) = match args.positional() {
            [parent, tag] => (parent, tag, None),
            [parent, tag, attrib] => (parent, tag, Some(*attrib)),
            few @ ([] | [_]) => {
                bail!(py, TypeError, "SubElement() takes at least 2 arguments ({} given)", few.len())
            }
            many => bail!(py, TypeError, "SubElement() takes at most 3 arguments ({} given)", many.len()),
        };
        let Some(parent) = parent.downcast::<Element>() else {
            bail!(
                py,
                TypeError,
                "SubElement() argument 1 must be xml.etree.ElementTree.Element, not {}",
                if parent.is_none() { "None" } else { parent.ty().name() }
            );
        };
        let attrib = super::element::attributes(py, "SubElement", 3, attrib, args.keywords())?;
        let element = Element::make(py, tag, attrib)?;
        parent.append_child(py, &element)?;
        Ok(element.upcast())
    }

    #[pyfunction]
    #[sig("(comment_factory, pi_factory, /)")]
    fn _set_factories(
        py: Py<'_>,
        comment_factory: &PyObject,
        pi_factory: &PyObject,
    ) -> PyResult<Ref<PyTuple>> {
        if !comment_factory.is_callable() && !comment_factory.is_none() {
            bail!(py, TypeError, "Comment factory must be callable, not {}", comment_factory.ty().name());
        }
        if !pi_factory.is_callable() && !pi_factory.is_none() {
            bail!(py, TypeError, "PI factory must be callable, not {}", pi_factory.ty().name());
        }
        let old = PyTuple::pair(py, COMMENT_FACTORY.get(py)?, PI_FACTORY.get(py)?)?;
        COMMENT_FACTORY.set(py, comment_factory.to_ref());
        PI_FACTORY.set(py, pi_factory.to_ref());
        Ok(old)
    }
}
