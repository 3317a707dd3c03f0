//! Module `unicodedata`: the Unicode character database, in versions 16.0 and 3.2. The facts themselves are in crate `unicode`.

use krait_runtime::prelude::*;
use krait_unicode::database::{self, Version};
use krait_unicode::names::{self, Named};
use krait_unicode::normalize::{self, Form};

/// A string of one character.
struct Char(u32);

impl<'a> FromArg<'a> for Char {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        let Some(text) = obj.downcast::<PyStr>() else {
            return Err(krait_runtime::args::bad_argument(py, at, "a unicode character", obj));
        };
        match text.code_point(0).filter(|_| text.len() == 1) {
            Some(chr) => Ok(Char(chr)),
            None => Err(raise!(
                py,
                TypeError,
                "{}(): {at} must be a unicode character, not a string of length {}",
                at.function,
                text.len()
            )),
        }
    }
}

/// A value, or what stands in for one.
fn or_default(
    py: Py<'_>,
    value: Option<Ref<PyObject>>,
    default: Option<&PyObject>,
    what: &str,
) -> PyResult<Ref<PyObject>> {
    value.or_else(|| default.map(PyObject::to_ref)).ok_or_else(|| raise!(py, ValueError, "{what}"))
}

fn decimal_of(
    py: Py<'_>,
    chr: Char,
    default: Option<&PyObject>,
    version: Version,
) -> PyResult<Ref<PyObject>> {
    let value = database::decimal(chr.0, version).map(|n| n.into_py(py)).transpose()?;
    or_default(py, value, default, "not a decimal")
}

fn digit_of(py: Py<'_>, chr: Char, default: Option<&PyObject>, version: Version) -> PyResult<Ref<PyObject>> {
    let value = database::digit(chr.0, version).map(|n| n.into_py(py)).transpose()?;
    or_default(py, value, default, "not a digit")
}

fn numeric_of(
    py: Py<'_>,
    chr: Char,
    default: Option<&PyObject>,
    version: Version,
) -> PyResult<Ref<PyObject>> {
    let value = database::numeric(chr.0, version).map(|n| n.into_py(py)).transpose()?;
    or_default(py, value, default, "not a numeric character")
}

fn name_of(py: Py<'_>, chr: Char, default: Option<&PyObject>, version: Version) -> PyResult<Ref<PyObject>> {
    let value = names::name(chr.0, version).map(|name| name.into_py(py)).transpose()?;
    or_default(py, value, default, "no such name")
}

/// The longest name that is looked for at all.
const NAME_LIMIT: usize = 256;

fn lookup_in(py: Py<'_>, name: &PyObject, version: Version) -> PyResult<Ref<PyStr>> {
    let name = match name.downcast::<PyStr>() {
        Some(name) => name.to_utf8(py)?.into_owned().into_bytes(),
        None => name.buffer_bytes(py)?,
    };
    if name.len() > NAME_LIMIT {
        bail!(py, KeyError, "name too long")
    }
    match names::lookup(&name, version) {
        Some(Named::Character(chr)) => PyStr::from_char(py, chr),
        Some(Named::Sequence(text)) => PyStr::from_code_points(py, text),
        None => {
            let shown = String::from_utf8_lossy(&name).into_owned();
            Err(raise!(py, KeyError, "undefined character name '{shown}'"))
        }
    }
}

fn form_of(py: Py<'_>, form: &PyStr) -> PyResult<Form> {
    form.as_ascii()
        .and_then(Form::from_name)
        .ok_or_else(|| raise!(py, ValueError, "invalid normalization form"))
}

fn normalize_in(py: Py<'_>, form: &PyStr, text: &PyStr, version: Version) -> PyResult<Ref<PyStr>> {
    if text.is_empty() {
        return text.to_exact(py);
    }
    let form = form_of(py, form)?;
    if text.is_ascii() {
        return text.to_exact(py);
    }
    // A character becomes 4 at most, or 18 where those of like meaning take its place; a vector that grows has twice the room.
    let most = if matches!(form, Form::Nfkc | Form::Nfkd) { 18 } else { 4 };
    py.expect_room(text.len().saturating_mul(2 * 4 * most))?;
    match normalize::normalize_if_needed(form, text.code_points(), version) {
        Some(made) => PyStr::from_code_points(py, &made),
        None => text.to_exact(py),
    }
}

/// The database in another version.
#[pyclass(module = "unicodedata", name = "UCD", disallow_instantiation, gc, heap, immutable)]
#[repr(C)]
pub struct Ucd {
    base: PyObject,
    #[pymember("unidata_version", object, readonly)]
    unidata_version: Member<PyObject>,
}

impl Ucd {
    /// `ucd_3_2_0`.
    pub fn v3_2(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let version = PyStr::new(py, Version::V3_2.name())?.upcast();
        Ucd { base: PyObject::HEADER, unidata_version: Member::new(version) }.alloc_exact(py).map(Ref::upcast)
    }
}

#[pymethods(class = "unicodedata.UCD")]
impl Ucd {
    #[pymethod]
    fn category(&self, py: Py<'_>, chr: Char) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, database::category(chr.0, Version::V3_2))
    }
    #[pymethod]
    fn bidirectional(&self, py: Py<'_>, chr: Char) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, database::bidirectional(chr.0, Version::V3_2))
    }
    #[pymethod]
    fn combining(&self, _py: Py<'_>, chr: Char) -> u8 {
        database::combining(chr.0, Version::V3_2)
    }
    #[pymethod]
    fn mirrored(&self, _py: Py<'_>, chr: Char) -> i32 {
        i32::from(database::mirrored(chr.0, Version::V3_2))
    }
    #[pymethod]
    fn east_asian_width(&self, py: Py<'_>, chr: Char) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, database::east_asian_width(chr.0, Version::V3_2))
    }
    #[pymethod]
    fn decomposition(&self, py: Py<'_>, chr: Char) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, &database::decomposition(chr.0, Version::V3_2))
    }
    #[pymethod]
    fn decimal(&self, py: Py<'_>, chr: Char, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        decimal_of(py, chr, default, Version::V3_2)
    }
    #[pymethod]
    fn digit(&self, py: Py<'_>, chr: Char, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        digit_of(py, chr, default, Version::V3_2)
    }
    #[pymethod]
    fn numeric(&self, py: Py<'_>, chr: Char, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        numeric_of(py, chr, default, Version::V3_2)
    }
    #[pymethod]
    fn name(&self, py: Py<'_>, chr: Char, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        name_of(py, chr, default, Version::V3_2)
    }
    #[pymethod]
    fn lookup(&self, py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyStr>> {
        lookup_in(py, name, Version::V3_2)
    }
    #[pymethod]
    fn is_normalized(&self, py: Py<'_>, form: &PyStr, unistr: &PyStr) -> PyResult<bool> {
        Ok(normalize::is_normalized(form_of(py, form)?, unistr.code_points(), Version::V3_2))
    }
    #[pymethod]
    fn normalize(&self, py: Py<'_>, form: &PyStr, unistr: &PyStr) -> PyResult<Ref<PyStr>> {
        normalize_in(py, form, unistr, Version::V3_2)
    }
}

/// The functions for version 16.
#[pymodule(name = "unicodedata", types = [super::Ucd])]
#[allow(clippy::module_inception)]
pub mod unicodedata {
    use super::*;

    #[pyattr(name = "unidata_version")]
    fn unidata_version(_py: Py<'_>) -> &'static str {
        Version::V16.name()
    }

    #[pyattr(name = "ucd_3_2_0")]
    fn ucd_3_2_0(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Ucd::v3_2(py)
    }

    #[pyfunction]
    fn category(py: Py<'_>, chr: Char) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, database::category(chr.0, Version::V16))
    }
    #[pyfunction]
    fn bidirectional(py: Py<'_>, chr: Char) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, database::bidirectional(chr.0, Version::V16))
    }
    #[pyfunction]
    fn combining(_py: Py<'_>, chr: Char) -> u8 {
        database::combining(chr.0, Version::V16)
    }
    #[pyfunction]
    fn mirrored(_py: Py<'_>, chr: Char) -> i32 {
        i32::from(database::mirrored(chr.0, Version::V16))
    }
    #[pyfunction]
    fn east_asian_width(py: Py<'_>, chr: Char) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, database::east_asian_width(chr.0, Version::V16))
    }
    #[pyfunction]
    fn decomposition(py: Py<'_>, chr: Char) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, &database::decomposition(chr.0, Version::V16))
    }
    #[pyfunction]
    fn decimal(py: Py<'_>, chr: Char, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        decimal_of(py, chr, default, Version::V16)
    }
    #[pyfunction]
    fn digit(py: Py<'_>, chr: Char, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        digit_of(py, chr, default, Version::V16)
    }
    #[pyfunction]
    fn numeric(py: Py<'_>, chr: Char, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        numeric_of(py, chr, default, Version::V16)
    }
    #[pyfunction]
    fn name(py: Py<'_>, chr: Char, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        name_of(py, chr, default, Version::V16)
    }
    #[pyfunction]
    fn lookup(py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyStr>> {
        lookup_in(py, name, Version::V16)
    }
    #[pyfunction]
    fn is_normalized(py: Py<'_>, form: &PyStr, unistr: &PyStr) -> PyResult<bool> {
        Ok(normalize::is_normalized(form_of(py, form)?, unistr.code_points(), Version::V16))
    }
    #[pyfunction]
    fn normalize(py: Py<'_>, form: &PyStr, unistr: &PyStr) -> PyResult<Ref<PyStr>> {
        normalize_in(py, form, unistr, Version::V16)
    }
}
