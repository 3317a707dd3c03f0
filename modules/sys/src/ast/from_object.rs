//! From objects to trees. Types of fields are checked here, everything else in `krait_syntax::validate`.

use std::collections::HashMap;

use bumpalo::Bump;
use krait_runtime::objects::{PyComplex, PyEllipsis};
use krait_runtime::prelude::*;
use krait_syntax::asdl::{Class, Field, GROUPS, Quantity};
use krait_syntax::ast::*;

use super::classes::Classes;

/// The tree that an object describes.
pub fn tree_from_object<'a>(py: Py<'_>, arena: &'a Bump, object: &PyObject) -> PyResult<Mod<'a>> {
    let classes = Classes::of(py)?;
    let known = classes.all().iter().enumerate().map(|(index, class)| (class.id(), index)).collect();
    let reader = Reader {
        py,
        arena,
        classes: &classes,
        known,
        tables: GROUPS.iter().flat_map(|g| g.classes).collect(),
    };
    Mod::read(&reader, object)
}

struct Reader<'r, 'a> {
    py: Py<'r>,
    arena: &'a Bump,
    classes: &'r Classes,
    /// From the address of a class to its number.
    known: HashMap<usize, usize>,
    /// Name and fields of each class.
    tables: Vec<&'static (&'static str, &'static [Field])>,
}

/// What can stand in a field.
trait Read<'a>: Sized {
    /// Whether `None` is not a value but the lack of one.
    const NONE_IS_ABSENT: bool = false;
    /// What a list of these is called in messages.
    const LIST: &'static str = "expression list";

    fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self>;

    /// The value of a field that is not there.
    fn absent() -> Option<Self> {
        None
    }

    /// For lists: `None` when the object is none.
    fn read_list(
        _reader: &Reader<'_, 'a>,
        _object: &PyObject,
        _owner: &str,
        _field: &str,
    ) -> Option<PyResult<Self>> {
        None
    }
}

/// Reads the fields of a node one after the other.
struct Fields<'f, 'r, 'a> {
    reader: &'f Reader<'r, 'a>,
    object: &'f PyObject,
    /// The class as messages name it.
    owner: &'static str,
    class: Class,
    table: &'static [Field],
    next: usize,
}

impl<'r, 'a> Reader<'r, 'a> {
    fn fields<'f>(
        &'f self,
        object: &'f PyObject,
        class: Class,
        owner: Option<&'static str>,
    ) -> Fields<'f, 'r, 'a> {
        let (name, table) =
            self.tables.get(class as usize).map_or(("", &[][..]), |(name, table)| (name, table));
        Fields { reader: self, object, owner: owner.unwrap_or(name), class, table, next: 0 }
    }

    /// The number of the object's class among those of a group.
    fn class_of(&self, object: &PyObject, first: Class, count: usize) -> Option<usize> {
        let own = first as usize..first as usize + count;
        let mro = object.ty().mro()?;
        mro.as_slice()
            .iter()
            .find_map(|class| self.known.get(&class.id()).copied().filter(|n| own.contains(n)))
    }

    fn unexpected<T>(&self, object: &PyObject, group: &str) -> PyResult<T> {
        let shown = object.repr(self.py)?;
        Err(raise!(self.py, TypeError, "expected some sort of {group}, but got {shown}"))
    }

    fn check_group(&self, object: &PyObject, group: &str) -> PyResult<()> {
        let index = GROUPS.iter().position(|g| g.name == group);
        if let Some(base) = index.and_then(|index| self.classes.group(index))
            && object.is_instance(self.py, base)?
        {
            return Ok(());
        }
        self.unexpected(object, group)
    }

    fn number(&self, object: &PyObject) -> PyResult<i32> {
        let py = self.py;
        let Some(number) = object.downcast::<PyInt>() else {
            bail!(py, ValueError, "invalid integer value: {}", object.repr(py)?)
        };
        number
            .as_i64()
            .and_then(|n| i32::try_from(n).ok())
            .ok_or_else(|| raise!(py, OverflowError, "Python int too large to convert to C int"))
    }

    fn location(&self, object: &PyObject, owner: &str, end_is_optional: bool) -> PyResult<Location> {
        let py = self.py;
        let part = |index: usize, default: Option<i32>| {
            let name = self.classes.location().get(index).and_then(|name| name.downcast::<PyStr>());
            let Some(name) = name else { return Ok(0) };
            match (object.get_attr_optional(py, name)?, default) {
                (None, None) => Err(raise!(py, TypeError, "required field \"{name}\" missing from {owner}")),
                (Some(value), None) => self.number(&value),
                (Some(value), Some(_)) if !value.is_none() => self.number(&value),
                (_, Some(default)) => Ok(default),
            }
        };
        let lineno = part(0, None)?;
        let col_offset = part(1, None)?;
        let end_lineno = part(2, end_is_optional.then_some(lineno))?;
        let end_col_offset = part(3, end_is_optional.then_some(col_offset))?;
        Ok(Location { lineno, col_offset, end_lineno, end_col_offset })
    }
}

impl<'a> Fields<'_, '_, 'a> {
    fn read<T: Read<'a>>(&mut self) -> PyResult<T> {
        let (reader, py) = (self.reader, self.reader.py);
        let name = reader.classes.fields(self.class).get(self.next).and_then(|name| name.downcast::<PyStr>());
        let (Some(name), Some(field)) = (name, self.table.get(self.next)) else {
            bail!(py, SystemError, "unknown field of a node class")
        };
        self.next += 1;
        let value = self.object.get_attr_optional(py, name)?;
        let value = match (value, field.quantity) {
            (Some(value), Quantity::Optional) if value.is_none() => None,
            (value, _) => value,
        };
        let Some(value) = value else {
            return T::absent().ok_or_else(|| {
                raise!(py, TypeError, "required field \"{name}\" missing from {}", self.owner)
            });
        };
        if let Some(list) = T::read_list(reader, &value, self.owner, field.name()) {
            return list;
        }
        if T::NONE_IS_ABSENT && value.is_none() {
            bail!(py, ValueError, "field '{name}' is required for {}", self.owner)
        }
        reader.descend(self.owner)?;
        match field.kind {
            "string" if value.downcast_exact::<PyStr>().is_none() => {
                Err(raise!(py, TypeError, "AST string must be of type str"))
            }
            _ => T::read(reader, &value),
        }
    }
}

impl Reader<'_, '_> {
    #[inline]
    fn descend(&self, owner: &str) -> PyResult<()> {
        if self.py.stack_is_low() {
            return self.py.check_stack(&format!(" while traversing '{owner}' node"));
        }
        Ok(())
    }
}

impl<'a, T: Read<'a>> Read<'a> for &'a T {
    const NONE_IS_ABSENT: bool = T::NONE_IS_ABSENT;

    fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self> {
        Ok(reader.arena.alloc(T::read(reader, object)?))
    }
}

impl<'a, T: Read<'a>> Read<'a> for Option<T> {
    const LIST: &'static str = "";

    fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self> {
        if object.is_none() { Ok(None) } else { T::read(reader, object).map(Some) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<'a, T: Read<'a> + Copy> Read<'a> for &'a [T] {
    fn read(_reader: &Reader<'_, 'a>, _object: &PyObject) -> PyResult<Self> {
        Ok(&[])
    }

    fn absent() -> Option<Self> {
        Some(&[])
    }

    fn read_list(
        reader: &Reader<'_, 'a>,
        object: &PyObject,
        owner: &str,
        field: &str,
    ) -> Option<PyResult<Self>> {
        Some(read_list(reader, object, owner, field))
    }
}

fn read_list<'a, T: Read<'a> + Copy>(
    reader: &Reader<'_, 'a>,
    object: &PyObject,
    owner: &str,
    field: &str,
) -> PyResult<&'a [T]> {
    let py = reader.py;
    let Some(list) = object.downcast::<PyList>() else {
        bail!(py, TypeError, "{owner} field \"{field}\" must be a list, not a {}", object.ty().name())
    };
    let length = list.len();
    let mut items = Vec::with_capacity(length);
    for index in 0..length {
        let Some(item) = list.get(index) else { break };
        if T::NONE_IS_ABSENT && item.is_none() {
            bail!(py, ValueError, "None disallowed in {}", T::LIST)
        }
        reader.descend(owner)?;
        items.push(T::read(reader, &item)?);
        if list.len() != length {
            bail!(py, RuntimeError, "{owner} field \"{field}\" changed size during iteration")
        }
    }
    Ok(reader.arena.alloc_slice_copy(&items))
}

impl<'a> Read<'a> for &'a str {
    const NONE_IS_ABSENT: bool = true;

    fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self> {
        match object.downcast_exact::<PyStr>() {
            Some(text) => Ok(reader.arena.alloc_str(&text.to_utf8(reader.py)?)),
            None => Err(raise!(reader.py, TypeError, "AST identifier must be of type str")),
        }
    }
}

impl<'a> Read<'a> for i32 {
    fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self> {
        reader.number(object)
    }
}

impl<'a> Read<'a> for Constant<'a> {
    fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self> {
        let (py, arena) = (reader.py, reader.arena);
        let many = |items: &[Ref<PyObject>]| {
            py.check_stack(" during compilation")?;
            let items =
                items.iter().map(|item| Constant::read(reader, item)).collect::<PyResult<Vec<_>>>()?;
            Ok::<&'a [Constant<'a>], _>(arena.alloc_slice_copy(&items))
        };
        Ok(if object.is_none() {
            Constant::None
        } else if object.is(PyEllipsis::get()) {
            Constant::Ellipsis
        } else if object.is(PyBool::get(true)) {
            Constant::True
        } else if object.is(PyBool::get(false)) {
            Constant::False
        } else if let Some(text) = object.downcast_exact::<PyStr>() {
            Constant::Str(Wtf8(arena.alloc_slice_copy(&text.to_wtf8())))
        } else if let Some(bytes) = object.downcast_exact::<PyBytes>() {
            Constant::Bytes(arena.alloc_slice_copy(bytes.as_bytes()))
        } else if let Some(number) = object.downcast_exact::<PyInt>() {
            let digits = arena.alloc_slice_copy(&digits32(number.digits()));
            Constant::Int(Integer { negative: number.is_negative(), digits })
        } else if let Some(number) = object.downcast_exact::<PyFloat>() {
            Constant::Float(number.value())
        } else if let Some(number) = object.downcast_exact::<PyComplex>() {
            let (real, imag) = number.value();
            Constant::Complex { real, imag }
        } else if let Some(tuple) = object.downcast_exact::<PyTuple>() {
            Constant::Tuple(many(tuple.as_slice())?)
        } else if let Some(set) = object.downcast_exact::<PyFrozenSet>() {
            Constant::FrozenSet(many(&set.as_set().to_vec())?)
        } else {
            bail!(py, TypeError, "got an invalid type in Constant: {}", object.ty().short_name())
        })
    }
}

/// 30-bit digits as 32-bit ones, least significant first, without leading zeros.
fn digits32(digits: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(digits.len());
    let (mut rest, mut bits) = (0u64, 0);
    for digit in digits {
        rest |= u64::from(*digit) << bits;
        bits += 30;
        if bits >= 32 {
            out.push(rest as u32);
            rest >>= 32;
            bits -= 32;
        }
    }
    out.push(rest as u32);
    while out.last() == Some(&0) {
        out.pop();
    }
    out
}

/// A variant of an enum from its fields.
macro_rules! variant {
    ($fields:ident, $reader:ident, $enum:ident $class:ident { $($field:ident)* }) => {
        $enum::$class { $($field: $fields.read()?),* }
    };
    ($fields:ident, $reader:ident, $enum:ident $class:ident in $boxed:ident { $($field:ident)* }) => {
        $enum::$class($reader.arena.alloc($boxed { $($field: $fields.read()?),* }))
    };
}

/// The value of the first class, by which a group's range is known.
macro_rules! first {
    ($first:ident $($rest:ident)*) => {
        Class::$first
    };
}

macro_rules! list_name {
    (stmt) => {
        "statement list"
    };
    (pattern) => {
        "pattern list"
    };
    ($other:ident) => {
        "expression list"
    };
}

macro_rules! conversion {
    (plain $name:ident($rust:ident) { $($class:ident ($($field:ident)*))* }) => {
        impl<'a> Read<'a> for $rust<'a> {
            fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self> {
                reader.check_group(object, stringify!($name))?;
                let count = [$(Class::$class),*].len();
                match reader.class_of(object, first!($($class)*), count) {
                    $(Some(number) if number == Class::$class as usize => {
                        let mut fields = reader.fields(object, Class::$class, None);
                        Ok($rust::$class { $($field: fields.read()?),* })
                    })*
                    _ => reader.unexpected(object, stringify!($name)),
                }
            }
        }
    };
    (spanned $($rest:tt)*) => { conversion! { nodes false $($rest)* } };
    (located $($rest:tt)*) => { conversion! { nodes true $($rest)* } };
    (nodes $end:literal $name:ident($rust:ident $kind:ident) { $($class:ident $(in $boxed:ident)? ($($field:ident)*))* }) => {
        impl<'a> Read<'a> for $rust<'a> {
            const NONE_IS_ABSENT: bool = true;
            const LIST: &'static str = list_name!($name);

            fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self> {
                let loc = reader.location(object, stringify!($name), $end)?;
                reader.check_group(object, stringify!($name))?;
                let count = [$(Class::$class),*].len();
                let node = match reader.class_of(object, first!($($class)*), count) {
                    $(Some(number) if number == Class::$class as usize => {
                        #[allow(unused_mut, unused_variables)]
                        let mut fields = reader.fields(object, Class::$class, None);
                        variant!(fields, reader, $kind $class $(in $boxed)? { $($field)* })
                    })*
                    _ => return reader.unexpected(object, stringify!($name)),
                };
                Ok($rust { node, loc })
            }
        }
    };
    (choice $name:ident($rust:ident) { $($class:ident ())* }) => {
        impl<'a> Read<'a> for $rust {
            fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self> {
                let count = [$(Class::$class),*].len();
                match reader.class_of(object, first!($($class)*), count) {
                    $(Some(number) if number == Class::$class as usize => Ok($rust::$class),)*
                    _ => reader.unexpected(object, stringify!($name)),
                }
            }
        }
    };
    (product $name:ident($rust:ident) { $class:ident ($($field:ident)*) }) => {
        impl<'a> Read<'a> for $rust<'a> {
            fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self> {
                let mut fields = reader.fields(object, Class::$class, Some(stringify!($name)));
                Ok($rust { $($field: fields.read()?),* })
            }
        }
    };
    (located_product $name:ident($rust:ident) { $class:ident ($($field:ident)*) }) => {
        impl<'a> Read<'a> for $rust<'a> {
            fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self> {
                let mut fields = reader.fields(object, Class::$class, Some(stringify!($name)));
                $(let $field = fields.read()?;)*
                let loc = reader.location(object, stringify!($name), true)?;
                Ok($rust { $($field,)* loc })
            }
        }
    };
    (single $name:ident($rust:ident) { $class:ident ($($field:ident)*) }) => {
        impl<'a> Read<'a> for $rust<'a> {
            const NONE_IS_ABSENT: bool = true;

            fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self> {
                reader.check_group(object, stringify!($name))?;
                if reader.class_of(object, Class::$class, 1).is_none() {
                    return reader.unexpected(object, stringify!($name));
                }
                let mut fields = reader.fields(object, Class::$class, None);
                Ok($rust { $($field: fields.read()?),* })
            }
        }
    };
    (handler $name:ident($rust:ident) { $class:ident ($($field:ident)*) }) => {
        impl<'a> Read<'a> for $rust<'a> {
            const NONE_IS_ABSENT: bool = true;

            fn read(reader: &Reader<'_, 'a>, object: &PyObject) -> PyResult<Self> {
                reader.check_group(object, stringify!($name))?;
                let loc = reader.location(object, stringify!($name), true)?;
                if reader.class_of(object, Class::$class, 1).is_none() {
                    return reader.unexpected(object, stringify!($name));
                }
                let mut fields = reader.fields(object, Class::$class, None);
                Ok($rust { $($field: fields.read()?,)* loc })
            }
        }
    };
}

macro_rules! conversions {
    ($($shape:ident $name:ident($($rust:ident),*) { $($class:ident $(in $boxed:ident)? ($($field:ident: $kind:ident $([$($mark:tt)*])?),*),)* })*) => {
        $(conversion! { $shape $name($($rust)*) { $($class $(in $boxed)? ($($field)*))* } })*
    };
}

krait_syntax::for_each_node_class!(conversions);
