//! Types from start to end: readied, looked up, called, subclassed, dismissed.

use crate::object::PyObject;
use crate::objects::object::PyBaseObject;
use crate::objects::{PyDict, PyInt, PyList, PyStr, PyTuple, PyType};
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::testing::with_runtime;

fn text(py: Py<'_>, o: &PyObject) -> String {
    match o.repr(py) {
        Ok(s) => s.to_string_lossy().into_owned(),
        Err(raised) => format!("!{}", error(py, raised)),
    }
}

fn error(py: Py<'_>, raised: crate::error::Raised) -> String {
    let e = py.fetch(raised);
    match e.str(py) {
        Ok(s) => format!("{}: {}", e.ty().name(), s),
        Err(r) => {
            py.clear_error(r);
            "?".into()
        }
    }
}

fn s(py: Py<'_>, t: &str) -> Ref<PyStr> {
    PyStr::intern(py, PyStr::new(py, t).unwrap())
}

fn class(py: Py<'_>, name: &str, bases: &[&PyObject], members: &[(&str, &PyObject)]) -> Ref<PyObject> {
    let dict = PyDict::new(py).unwrap();
    for (k, v) in members {
        dict.set(py, &s(py, k), v).unwrap();
    }
    let bases = PyTuple::new(py, bases).unwrap();
    match PyType::type_object().call(py, &[&s(py, name), &bases, &dict]) {
        Ok(c) => c,
        Err(raised) => panic!("{}", error(py, raised)),
    }
}

fn attr(py: Py<'_>, o: &PyObject, name: &str) -> String {
    match o.get_attr(py, &s(py, name)) {
        Ok(v) => text(py, &v),
        Err(raised) => error(py, raised),
    }
}

fn call(py: Py<'_>, o: &PyObject, name: &str, args: &[&PyObject]) -> String {
    match o.call_method(py, &s(py, name), args) {
        Ok(v) => text(py, &v),
        Err(raised) => error(py, raised),
    }
}

#[test]
fn native_types_are_ready() {
    with_runtime(|py| {
        let list = PyList::type_object();
        assert_eq!(text(py, list), "<class 'list'>");
        assert_eq!(attr(py, list, "__mro__"), "(<class 'list'>, <class 'object'>)");
        assert_eq!(attr(py, list, "append"), "<method 'append' of 'list' objects>");
        assert_eq!(
            attr(py, list, "nothing"),
            "AttributeError: type object 'list' has no attribute 'nothing'"
        );
        assert_eq!(attr(py, PyInt::type_object(), "__add__"), "<slot wrapper '__add__' of 'int' objects>");
        assert_eq!(attr(py, PyType::type_object(), "__basicsize__"), "936");
        assert_eq!(attr(py, PyType::type_object(), "__mro__"), "(<class 'type'>, <class 'object'>)");
        let one = PyInt::new(py, 1).unwrap();
        assert_eq!(call(py, &one, "__add__", &[&one]), "2");
        assert_eq!(call(py, &one, "__add__", &[]), "TypeError: expected 1 argument, got 0");
        assert_eq!(attr(py, &one, "nothing"), "AttributeError: 'int' object has no attribute 'nothing'");
        let l = PyList::new(py).unwrap();
        assert_eq!(
            call(py, &l, "append", &[]),
            "TypeError: list.append() takes exactly one argument (0 given)"
        );
        assert_eq!(call(py, &l, "append", &[&one]), "None");
        assert_eq!(text(py, &l), "[1]");
        assert_eq!(
            call(py, list, "append", &[]),
            "TypeError: unbound method list.append() needs an argument"
        );
        assert_eq!(
            call(py, list, "append", &[&one]),
            "TypeError: descriptor 'append' for 'list' objects doesn't apply to a 'int' object"
        );
        let name = attr(py, &l.get_attr(py, &s(py, "append")).unwrap(), "__qualname__");
        assert_eq!(name, "'list.append'");
    });
}

#[test]
fn classes_made_at_run_time() {
    with_runtime(|py| {
        let one = PyInt::new(py, 1).unwrap();
        let a = class(py, "A", &[], &[("x", &one)]);
        assert_eq!(attr(py, &a, "__flags__"), format!("{}", 0x561c));
        assert_eq!(attr(py, &a, "x"), "1");
        let obj = a.call(py, &[]).unwrap();
        assert_eq!(attr(py, &obj, "x"), "1");
        let two = PyInt::new(py, 2).unwrap();
        obj.set_attr(py, &s(py, "x"), &two).unwrap();
        assert_eq!(attr(py, &obj, "x"), "2");
        assert_eq!(attr(py, &obj, "__dict__"), "{'x': 2}");
        obj.set_attr(py, &s(py, "y"), &two).unwrap();
        assert_eq!(attr(py, &obj, "__dict__"), "{'x': 2, 'y': 2}");
        obj.del_attr(py, &s(py, "x")).unwrap();
        assert_eq!(attr(py, &obj, "x"), "1");
        assert_eq!(attr(py, &obj, "z"), "AttributeError: 'A' object has no attribute 'z'");
        let wrong = a.call(py, &[&one]).err().map(|r| error(py, r));
        assert_eq!(wrong.as_deref(), Some("TypeError: A() takes no arguments"));
        drop(obj);
        // Special methods assigned later reach the slots, in subclasses as well.
        let b = class(py, "B", &[&a], &[]);
        let obj = b.call(py, &[]).unwrap();
        let list_repr = PyInt::type_object().get_attr(py, &s(py, "__repr__")).unwrap();
        let _ = list_repr;
        let length = PyInt::type_object().get_attr(py, &s(py, "bit_length")).unwrap();
        a.set_attr(py, &s(py, "__call__"), &PyInt::type_object().to_ref()).unwrap();
        assert_eq!(text(py, &obj.call(py, &[]).unwrap()), "0");
        assert!(!text(py, &length).is_empty());
        a.del_attr(py, &s(py, "__call__")).unwrap();
        let e = obj.call(py, &[]).err().map(|r| error(py, r));
        assert_eq!(e.as_deref(), Some("TypeError: 'B' object is not callable"));
        assert_eq!(attr(py, &b, "__mro__"), "(<class 'B'>, <class 'A'>, <class 'object'>)");
        let object = PyBaseObject::type_object();
        let bad = PyTuple::new(py, &[object, &a]).unwrap();
        let e = PyType::type_object().call(py, &[&s(py, "C"), &bad, &PyDict::new(py).unwrap()]);
        assert_eq!(
            e.err().map(|r| error(py, r)).as_deref(),
            Some("TypeError: Cannot create a consistent method resolution order (MRO) for bases object, A")
        );
        assert_eq!(call(py, &a, "__subclasses__", &[]), "[<class 'B'>]");
    });
}

#[test]
fn slots_and_subclasses_of_natives() {
    with_runtime(|py| {
        let names = PyTuple::new(py, &[&s(py, "b"), &s(py, "a")]).unwrap();
        let c = class(py, "C", &[], &[("__slots__", &names)]);
        let obj = c.call(py, &[]).unwrap();
        let one = PyInt::new(py, 1).unwrap();
        assert_eq!(attr(py, &obj, "a"), "AttributeError: 'C' object has no attribute 'a'");
        if let Err(r) = obj.set_attr(py, &s(py, "a"), &one) {
            panic!("{}", error(py, r))
        }
        assert_eq!(attr(py, &obj, "a"), "1");
        let e = obj.set_attr(py, &s(py, "q"), &one).err().map(|r| error(py, r));
        assert_eq!(
            e.as_deref(),
            Some(
                "AttributeError: 'C' object has no attribute 'q' and no __dict__ for setting new attributes"
            )
        );
        assert_eq!(attr(py, &c, "a"), "<member 'a' of 'C' objects>");
        assert_eq!(attr(py, &c, "__basicsize__"), "32");
        let l = class(py, "L", &[PyList::type_object()], &[]);
        let obj = l.call(py, &[]).unwrap();
        assert_eq!(call(py, &obj, "append", &[&one]), "None");
        obj.set_attr(py, &s(py, "tag"), &one).unwrap();
        assert_eq!(text(py, &obj), "[1]");
        assert_eq!(attr(py, &obj, "__dict__"), "{'tag': 1}");
        let i = class(py, "I", &[PyInt::type_object()], &[]);
        let obj = i.call(py, &[&one]).unwrap();
        assert_eq!(text(py, &obj.add(py, &one).unwrap()), "2");
        assert_eq!(attr(py, &i, "__flags__"), format!("{}", 0x1405610));
    });
}

#[test]
fn descriptors_unions_and_parameters() {
    with_runtime(|py| {
        let (int, string) = (PyInt::type_object(), PyStr::type_object());
        let union = int.binary_op(py, string, crate::protocol::number::OR).unwrap();
        assert_eq!(text(py, &union), "int | str");
        let one = PyInt::new(py, 1).unwrap();
        assert!(one.is_instance(py, &union).unwrap());
        let alias = PyList::type_object().get_item(py, int).unwrap();
        assert_eq!(text(py, &alias), "list[int]");
        let property = crate::objects::property::PyProperty::type_object();
        let getter = int.get_attr(py, &s(py, "bit_length")).unwrap();
        let p = property.call(py, &[&getter]).unwrap();
        let c = class(py, "C", &[int], &[("bits", &p)]);
        let seven = PyInt::new(py, 7).unwrap();
        let obj = c.call(py, &[&seven]).unwrap();
        assert_eq!(attr(py, &obj, "bits"), "3");
        let e = obj.set_attr(py, &s(py, "bits"), &one).err().map(|r| error(py, r));
        assert_eq!(e.as_deref(), Some("AttributeError: property 'bits' of 'C' object has no setter"));
        let sup = crate::objects::super_::PySuper::type_object().call(py, &[&c, &obj]).unwrap();
        assert_eq!(call(py, &sup, "__add__", &[&one]), "8");
        assert_eq!(text(py, &sup), "<super: <class 'C'>, <C object>>");
        let t = crate::objects::typevar::make_type_var(py, &s(py, "T"), None, None).unwrap();
        assert_eq!(text(py, &t), "T");
        let generic = PyList::type_object().get_item(py, &t).unwrap();
        assert_eq!(text(py, &generic), "list[T]");
        let ns = crate::objects::namespace::PyNamespace::new(py, None).unwrap();
        ns.set_attr(py, &s(py, "x"), &one).unwrap();
        assert_eq!(text(py, &ns), "namespace(x=1)");
        let m = crate::objects::PyModule::new(py, &s(py, "demo")).unwrap();
        assert_eq!(attr(py, &m, "y"), "AttributeError: module 'demo' has no attribute 'y'");
        let proxy = int.get_attr(py, &s(py, "__dict__")).unwrap();
        assert_eq!(proxy.ty().name(), "mappingproxy");
        assert_eq!(text(py, &PyType::type_object().call(py, &[&one]).unwrap()), "<class 'int'>");
    });
}

#[test]
fn instances_die_with_their_attributes() {
    with_runtime(|py| {
        let marker = PyList::new(py).unwrap();
        let before = marker.refcnt();
        let names = PyTuple::new(py, &[&s(py, "a")]).unwrap();
        let c = class(py, "C", &[], &[("__slots__", &names)]);
        let d = class(py, "D", &[&c], &[]);
        let obj = d.call(py, &[]).unwrap();
        obj.set_attr(py, &s(py, "a"), &marker).unwrap();
        obj.set_attr(py, &s(py, "b"), &marker).unwrap();
        assert_eq!(attr(py, &obj, "__dict__"), "{'b': []}");
        obj.set_attr(py, &s(py, "c"), &marker).unwrap();
        assert_eq!(marker.refcnt(), before + 3);
        drop(obj);
        assert_eq!(marker.refcnt(), before);
        let count = c.refcnt();
        drop(d);
        // The subclass is in cycles of its own, so only the collector frees it.
        assert!(c.refcnt() <= count);
    });
}
