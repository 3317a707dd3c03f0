//! From trees to objects.

use krait_interp::objects::code_constants::digits30;
use krait_runtime::objects::{PyComplex, PyEllipsis};
use krait_runtime::prelude::*;
use krait_syntax::asdl::Class;
use krait_syntax::ast::*;

use super::classes::Classes;
use super::node::AstNode;

/// The object of a whole tree.
pub fn tree_to_object(py: Py<'_>, tree: &Mod<'_>) -> PyResult<Ref<PyObject>> {
    let maker = Maker { py, classes: Classes::of(py)? };
    tree.to_object(&maker)
}

struct Maker<'py> {
    py: Py<'py>,
    classes: Classes,
}

/// What can stand in a field.
trait ToObject {
    fn to_object(&self, maker: &Maker<'_>) -> PyResult<Ref<PyObject>>;
}

impl Maker<'_> {
    fn node<const N: usize>(
        &self,
        class: Class,
        loc: Option<&Location>,
        values: [&dyn ToObject; N],
    ) -> PyResult<Ref<PyObject>> {
        let py = self.py;
        py.check_stack(" during ast construction")?;
        let dict = PyDict::with_capacity(py, N + if loc.is_some() { 4 } else { 0 }, true)?;
        for (name, value) in self.classes.fields(class).iter().zip(values) {
            dict.set(py, name, &*value.to_object(self)?)?;
        }
        if let Some(loc) = loc {
            let values = [loc.lineno, loc.col_offset, loc.end_lineno, loc.end_col_offset];
            for (name, value) in self.classes.location().iter().zip(values) {
                dict.set(py, name, &*PyInt::new(py, i64::from(value))?)?;
            }
        }
        match self.classes.class(class) {
            Some(class) => AstNode::with_dict(py, class, dict),
            None => Err(raise!(py, SystemError, "unknown node class")),
        }
    }

    fn singleton(&self, class: Class) -> PyResult<Ref<PyObject>> {
        self.classes.singleton(class).ok_or_else(|| raise!(self.py, SystemError, "unknown node class"))
    }
}

impl<T: ToObject + ?Sized> ToObject for &T {
    fn to_object(&self, maker: &Maker<'_>) -> PyResult<Ref<PyObject>> {
        (**self).to_object(maker)
    }
}

impl<T: ToObject> ToObject for Option<T> {
    fn to_object(&self, maker: &Maker<'_>) -> PyResult<Ref<PyObject>> {
        match self {
            Some(value) => value.to_object(maker),
            None => Ok(maker.py.none()),
        }
    }
}

impl<T: ToObject> ToObject for [T] {
    fn to_object(&self, maker: &Maker<'_>) -> PyResult<Ref<PyObject>> {
        let items = self.iter().map(|item| item.to_object(maker)).collect::<PyResult<Vec<_>>>()?;
        PyList::from_vec(maker.py, items).map(Ref::upcast)
    }
}

impl ToObject for str {
    fn to_object(&self, maker: &Maker<'_>) -> PyResult<Ref<PyObject>> {
        PyStr::new_interned(maker.py, self).map(Ref::upcast)
    }
}

impl ToObject for i32 {
    fn to_object(&self, maker: &Maker<'_>) -> PyResult<Ref<PyObject>> {
        PyInt::new(maker.py, i64::from(*self)).map(Ref::upcast)
    }
}

impl ToObject for Constant<'_> {
    fn to_object(&self, maker: &Maker<'_>) -> PyResult<Ref<PyObject>> {
        let py = maker.py;
        Ok(match *self {
            Constant::None => py.none(),
            Constant::True => PyBool::get(true).to_ref(),
            Constant::False => PyBool::get(false).to_ref(),
            Constant::Ellipsis => PyEllipsis::get().to_ref(),
            Constant::Str(text) => PyStr::from_wtf8(py, text.as_bytes())?.upcast(),
            Constant::Bytes(bytes) => PyBytes::new(py, bytes)?.upcast(),
            Constant::Int(integer) => match integer.to_i64() {
                Some(small) => PyInt::new(py, small)?.upcast(),
                None => {
                    let digits = digits30(integer.digits.iter().copied());
                    PyInt::from_digits(py, integer.negative, &digits)?.upcast()
                }
            },
            Constant::Float(value) => PyFloat::new(py, value)?.upcast(),
            Constant::Complex { real, imag } => PyComplex::new(py, real, imag)?.upcast(),
            Constant::Tuple(items) => {
                py.check_stack(" during ast construction")?;
                let items = items.iter().map(|item| item.to_object(maker)).collect::<PyResult<Vec<_>>>()?;
                PyTuple::from_vec(py, items)?.upcast()
            }
            Constant::FrozenSet(items) => {
                py.check_stack(" during ast construction")?;
                let items = items.iter().map(|item| item.to_object(maker)).collect::<PyResult<Vec<_>>>()?;
                let items: Vec<&PyObject> = items.iter().map(|item| &**item).collect();
                PyFrozenSet::from_items(py, &items)?.upcast()
            }
        })
    }
}

/// The pattern that takes a variant of an enum apart.
macro_rules! variant {
    ($enum:ident $class:ident { $($field:ident)* }) => { $enum::$class { $($field),* } };
    ($enum:ident $class:ident in $boxed:ident { $($field:ident)* }) => { $enum::$class(&$boxed { $($field),* }) };
}

macro_rules! conversion {
    (plain($rust:ident) { $($class:ident ($($field:ident)*))* }) => {
        impl ToObject for $rust<'_> {
            fn to_object(&self, maker: &Maker<'_>) -> PyResult<Ref<PyObject>> {
                match *self {
                    $($rust::$class { $($field),* } => maker.node(Class::$class, None, [$(&$field),*]),)*
                }
            }
        }
    };
    (located($rust:ident $kind:ident) { $($class:ident $(in $boxed:ident)? ($($field:ident)*))* }) => {
        impl ToObject for $rust<'_> {
            fn to_object(&self, maker: &Maker<'_>) -> PyResult<Ref<PyObject>> {
                let loc = Some(&self.loc);
                match self.node {
                    $(variant!($kind $class $(in $boxed)? { $($field)* }) =>
                        maker.node(Class::$class, loc, [$(&$field),*]),)*
                }
            }
        }
    };
    (choice($rust:ident) { $($class:ident ())* }) => {
        impl ToObject for $rust {
            fn to_object(&self, maker: &Maker<'_>) -> PyResult<Ref<PyObject>> {
                maker.singleton(match self { $($rust::$class => Class::$class,)* })
            }
        }
    };
    (product($rust:ident) { $class:ident ($($field:ident)*) }) => {
        impl ToObject for $rust<'_> {
            fn to_object(&self, maker: &Maker<'_>) -> PyResult<Ref<PyObject>> {
                maker.node(Class::$class, None, [$(&self.$field),*])
            }
        }
    };
    (located_product($rust:ident) { $class:ident ($($field:ident)*) }) => {
        impl ToObject for $rust<'_> {
            fn to_object(&self, maker: &Maker<'_>) -> PyResult<Ref<PyObject>> {
                maker.node(Class::$class, Some(&self.loc), [$(&self.$field),*])
            }
        }
    };
    (spanned $($rest:tt)*) => { conversion! { located $($rest)* } };
    (single $($rest:tt)*) => { conversion! { product $($rest)* } };
    (handler $($rest:tt)*) => { conversion! { located_product $($rest)* } };
}

macro_rules! conversions {
    ($($shape:ident $name:ident($($rust:ident),*) { $($class:ident $(in $boxed:ident)? ($($field:ident: $kind:ident $([$($mark:tt)*])?),*),)* })*) => {
        $(conversion! { $shape($($rust)*) { $($class $(in $boxed)? ($($field)*))* } })*
    };
}

krait_syntax::for_each_node_class!(conversions);
