//! `open`, `open_code`, `text_encoding`.

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "_io")]
#[allow(clippy::module_inception)]
pub mod open {
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::prelude::*;

    use crate::buffered::{BufferedRandom, BufferedReader, BufferedWriter};
    use crate::common::{DEFAULT_BUFFER_SIZE, both, text_or_none};
    use crate::file_io::{FileIo, file_argument};
    use crate::text::TextIoWrapper;

    /// What the mode of `open` says.
    #[derive(Default)]
    struct Mode {
        creating: bool,
        reading: bool,
        writing: bool,
        appending: bool,
        updating: bool,
        text: bool,
        binary: bool,
    }

    impl Mode {
        fn parse(py: Py<'_>, mode: &str) -> PyResult<Mode> {
            let mut parsed = Mode::default();
            let mut seen = Vec::with_capacity(4);
            for c in mode.chars() {
                let flag = match c {
                    'x' => &mut parsed.creating,
                    'r' => &mut parsed.reading,
                    'w' => &mut parsed.writing,
                    'a' => &mut parsed.appending,
                    '+' => &mut parsed.updating,
                    't' => &mut parsed.text,
                    'b' => &mut parsed.binary,
                    _ => bail!(py, ValueError, "invalid mode: '{mode}'"),
                };
                *flag = true;
                if seen.contains(&c) {
                    bail!(py, ValueError, "invalid mode: '{mode}'");
                }
                seen.push(c);
            }
            Ok(parsed)
        }

        fn check(
            &self,
            py: Py<'_>,
            encoding: Option<&str>,
            errors: Option<&str>,
            newline: Option<&str>,
        ) -> PyResult<()> {
            if self.text && self.binary {
                bail!(py, ValueError, "can't have text and binary mode at once");
            }
            let kinds = [self.creating, self.reading, self.writing, self.appending];
            if kinds.iter().filter(|k| **k).count() > 1 {
                bail!(py, ValueError, "must have exactly one of create/read/write/append mode");
            }
            if self.binary && encoding.is_some() {
                bail!(py, ValueError, "binary mode doesn't take an encoding argument");
            }
            if self.binary && errors.is_some() {
                bail!(py, ValueError, "binary mode doesn't take an errors argument");
            }
            if self.binary && newline.is_some() {
                bail!(py, ValueError, "binary mode doesn't take a newline argument");
            }
            Ok(())
        }

        fn raw(&self) -> String {
            let parts = [
                (self.creating, 'x'),
                (self.reading, 'r'),
                (self.writing, 'w'),
                (self.appending, 'a'),
                (self.updating, '+'),
            ];
            parts.into_iter().filter(|(on, _)| *on).map(|(_, c)| c).collect()
        }
    }

    #[pyfunction]
    #[sig(
        "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)"
    )]
    #[allow(clippy::too_many_arguments)]
    fn open(
        py: Py<'_>,
        file: &PyObject,
        mode: Option<&PyStr>,
        #[default(-1)] buffering: i32,
        encoding: Option<&PyObject>,
        errors: Option<&PyObject>,
        newline: Option<&PyObject>,
        #[default(true)] closefd: bool,
        opener: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let mode = mode.unwrap_or(id!(py, "r"));
        let encoding = text_or_none(py, encoding, "open", "encoding")?;
        let errors = text_or_none(py, errors, "open", "errors")?;
        let newline = text_or_none(py, newline, "open", "newline")?;
        open_file(py, file, mode, buffering, encoding, errors, newline, closefd, opener)
    }

    /// `open`, for native callers.
    #[allow(clippy::too_many_arguments)]
    pub fn open_file(
        py: Py<'_>,
        file: &PyObject,
        mode_text: &PyStr,
        buffering: i32,
        encoding: Option<&PyStr>,
        errors: Option<&PyStr>,
        newline: Option<&PyStr>,
        closefd: bool,
        opener: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        fn utf8<'a>(py: Py<'_>, s: Option<&'a PyStr>) -> PyResult<Option<&'a str>> {
            s.map(|s| s.as_utf8(py)).transpose()
        }
        let file = file_argument(py, file)?;
        let mode = Mode::parse(py, mode_text.as_utf8(py)?)?;
        mode.check(py, utf8(py, encoding)?, utf8(py, errors)?, utf8(py, newline)?)?;
        if mode.binary && buffering == 1 {
            let text = "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used";
            py.warn(types::RuntimeWarning(), text, 1)?;
        }
        let none = py.none();
        let raw_mode = PyStr::new(py, &mode.raw())?;
        let raw = FileIo::type_object()
            .call(py, &[&file, &raw_mode, PyBool::get(closefd), opener.unwrap_or(&none)])?;
        let mut result = raw.clone();
        let opened = (|| {
            let mut buffering = buffering;
            let mut line_buffering = buffering == 1;
            if buffering < 0 {
                let terminal = raw.call_method(py, id!(py, "_isatty_open_only"), &[])?;
                line_buffering = terminal.is_true(py)?;
            }
            if line_buffering {
                buffering = -1;
            }
            if buffering < 0 {
                let size = raw.get_attr(py, id!(py, "_blksize"))?;
                let size = size.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
                let size = size.min(8192 * 1024).max(DEFAULT_BUFFER_SIZE as isize);
                buffering = i32::try_from(size).unwrap_or(DEFAULT_BUFFER_SIZE as i32);
            }
            if buffering == 0 {
                if !mode.binary {
                    bail!(py, ValueError, "can't have unbuffered text I/O");
                }
                return Ok(());
            }
            let class: &PyType = if mode.updating {
                BufferedRandom::type_object()
            } else if mode.creating || mode.writing || mode.appending {
                BufferedWriter::type_object()
            } else if mode.reading {
                BufferedReader::type_object()
            } else {
                bail!(py, ValueError, "unknown mode: '{}'", mode_text.to_string_lossy())
            };
            let buffer = class.call(py, &[&raw, &*PyInt::new(py, buffering.into())?])?;
            result = buffer.clone();
            if mode.binary {
                return Ok(());
            }
            let encoding: &PyObject = encoding.map_or(&none, |e| e);
            let errors: &PyObject = errors.map_or(&none, |e| e);
            let newline: &PyObject = newline.map_or(&none, |e| e);
            let wrapper = TextIoWrapper::type_object()
                .call(py, &[&buffer, encoding, errors, newline, PyBool::get(line_buffering)])?;
            result = wrapper.clone();
            wrapper.set_attr(py, id!(py, "mode"), mode_text)
        })();
        match opened {
            Ok(()) => Ok(result),
            Err(raised) => both(py, Err(raised), || result.call_method(py, id!(py, "close"), &[])),
        }
    }

    #[pyfunction]
    fn open_code(py: Py<'_>, path: &PyStr) -> PyResult<Ref<PyObject>> {
        open_file(py, path, id!(py, "rb"), -1, None, None, None, true, None)
    }

    #[pyfunction]
    #[sig("(encoding, stacklevel=2, /)")]
    fn text_encoding(
        py: Py<'_>,
        encoding: &PyObject,
        #[default(2)] stacklevel: i32,
    ) -> PyResult<Ref<PyObject>> {
        if !encoding.is_none() {
            return Ok(encoding.to_ref());
        }
        let (warns, utf8) = {
            let config = py.interp().config.borrow();
            (config.warn_default_encoding > 0, config.utf8_mode > 0)
        };
        if warns {
            py.warn(types::EncodingWarning(), "'encoding' argument not specified", stacklevel as isize)?;
        }
        Ok(if utf8 { id!(py, "utf-8") } else { id!(py, "locale") }.to_ref())
    }
}
