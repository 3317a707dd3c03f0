//! `print`, `input`, `open`.

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "builtins")]
#[allow(clippy::module_inception)]
pub mod print {
    use std::io::Write as _;

    use krait_runtime::prelude::*;

    /// Where to write: a Python file, or the process's standard output while `sys` has none.
    enum Out<'a> {
        File(&'a PyObject),
        Descriptor(Vec<u8>),
    }

    impl Out<'_> {
        fn write(&mut self, py: Py<'_>, text: &PyObject) -> PyResult<()> {
            match self {
                Out::File(file) => match text.downcast_exact::<PyStr>() {
                    Some(text) => file.call_method(py, id!(py, "write"), &[text]).map(drop),
                    None => {
                        let text = text.str(py)?;
                        file.call_method(py, id!(py, "write"), &[&text]).map(drop)
                    }
                },
                Out::Descriptor(buffer) => {
                    buffer.extend(text.str(py)?.to_wtf8());
                    Ok(())
                }
            }
        }
    }

    fn separator<'a>(py: Py<'_>, value: Option<&'a PyObject>, name: &str) -> PyResult<Option<&'a PyObject>> {
        match value.filter(|v| !v.is_none()) {
            Some(v) if !PyStr::check(v) => {
                Err(raise!(py, TypeError, "{name} must be None or a string, not {}", v.ty().name()))
            }
            other => Ok(other),
        }
    }

    #[pyfunction]
    #[sig("(*args, sep=' ', end='\n', file=None, flush=False)")]
    fn print(
        py: Py<'_>,
        args: &[&PyObject],
        sep: Option<&PyObject>,
        end: Option<&PyObject>,
        file: Option<&PyObject>,
        #[default(false)] flush: bool,
    ) -> PyResult<()> {
        let stdout;
        let mut out = match file.filter(|f| !f.is_none()) {
            Some(file) => Out::File(file),
            None => match py.sys_object(id!(py, "stdout"))? {
                Some(file) if file.is_none() => return Ok(()),
                Some(file) => {
                    stdout = file;
                    Out::File(&stdout)
                }
                None if py.interp().importlib.is_some()
                    && py.sys_object(id!(py, "__stdout__"))?.is_some() =>
                {
                    bail!(py, RuntimeError, "lost sys.stdout")
                }
                None => Out::Descriptor(Vec::new()),
            },
        };
        let sep = separator(py, sep, "sep")?.unwrap_or(id!(py, " "));
        let end = separator(py, end, "end")?.unwrap_or(id!(py, "\n"));
        for (i, arg) in args.iter().enumerate() {
            if i > 0 {
                out.write(py, sep)?;
            }
            out.write(py, arg)?;
        }
        out.write(py, end)?;
        match out {
            Out::File(file) if flush => file.call_method(py, id!(py, "flush"), &[]).map(drop),
            Out::File(_) => Ok(()),
            Out::Descriptor(buffer) => {
                let mut stdout = std::io::stdout().lock();
                match stdout.write_all(&buffer).and_then(|()| stdout.flush()) {
                    Ok(()) => Ok(()),
                    Err(error) => Err(py.raise_io_error(&error, None)),
                }
            }
        }
    }

    #[pyfunction]
    #[sig("(prompt='', /)")]
    fn input(py: Py<'_>, prompt: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let lost = |name: &'static str| raise!(py, RuntimeError, "lost sys.{name}");
        let get = |name: &PyStr, text: &'static str| match py.sys_object(name)? {
            Some(file) if !file.is_none() => Ok(file),
            _ => Err(lost(text)),
        };
        let stdin = get(id!(py, "stdin"), "stdin")?;
        let stdout = get(id!(py, "stdout"), "stdout")?;
        let stderr = get(id!(py, "stderr"), "stderr")?;
        py.audit_with("builtins.input", || Ok([prompt.map_or_else(|| py.none(), PyObject::to_ref)]))?;
        if let Err(raised) = stderr.call_method(py, id!(py, "flush"), &[]) {
            py.clear_error(raised);
        }
        if is_descriptor(py, &stdin, 0)?
            && is_descriptor(py, &stdout, 1)?
            && krait_interp::terminal_line::is_attended()
        {
            let line = ask(py, prompt, &stdin, &stdout)?;
            py.audit("builtins.input/result", &[&line])?;
            return Ok(line.upcast());
        }
        if let Some(prompt) = prompt {
            let text = prompt.str(py)?;
            stdout.call_method(py, id!(py, "write"), &[&text])?;
        }
        if let Err(raised) = stdout.call_method(py, id!(py, "flush"), &[]) {
            py.clear_error(raised);
        }
        let line = stdin.call_method(py, id!(py, "readline"), &[])?;
        let Some(line) = line.downcast::<PyStr>() else {
            bail!(py, TypeError, "object.readline() returned non-string")
        };
        if line.is_empty() {
            bail!(py, EOFError, "EOF when reading a line")
        }
        let end = line.len() - usize::from(line.code_point(line.len() - 1) == Some(u32::from(b'\n')));
        let line = line.substring(py, 0, end)?;
        py.audit("builtins.input/result", &[&line])?;
        Ok(line.upcast())
    }

    /// Whether a stream stands on a descriptor.
    fn is_descriptor(py: Py<'_>, stream: &PyObject, fd: i64) -> PyResult<bool> {
        match stream.call_method(py, id!(py, "fileno"), &[]) {
            Ok(number) => Ok(number.downcast::<PyInt>().and_then(PyInt::as_i64) == Some(fd)),
            Err(raised) => {
                py.clear_error(raised);
                Ok(false)
            }
        }
    }

    /// A line from the terminal, without its newline, in the encodings of the standard streams.
    fn ask(
        py: Py<'_>,
        prompt: Option<&PyObject>,
        stdin: &PyObject,
        stdout: &PyObject,
    ) -> PyResult<Ref<PyStr>> {
        let coding = |stream: &PyObject| -> PyResult<[Ref<PyObject>; 2]> {
            Ok([stream.get_attr(py, id!(py, "encoding"))?, stream.get_attr(py, id!(py, "errors"))?])
        };
        let [input_encoding, input_errors] = coding(stdin)?;
        let mut shown = Vec::new();
        if let Some(prompt) = prompt {
            let [encoding, errors] = coding(stdout)?;
            let bytes = prompt.str(py)?.call_method(py, id!(py, "encode"), &[&encoding, &errors])?;
            shown = bytes.buffer_bytes(py)?;
            if shown.contains(&0) {
                bail!(py, ValueError, "input: prompt string cannot contain null characters");
            }
        }
        if let Err(raised) = stdout.call_method(py, id!(py, "flush"), &[]) {
            py.clear_error(raised);
        }
        let Some(mut line) = krait_interp::terminal_line::read(py, &shown)? else {
            bail!(py, EOFError, "EOF when reading a line")
        };
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        let bytes = PyBytes::new(py, &line)?;
        let text = bytes.call_method(py, id!(py, "decode"), &[&input_encoding, &input_errors])?;
        text.downcast_into::<PyStr>().map_err(|other| {
            raise!(py, TypeError, "decoder should return a string result, not '{}'", other.ty().name())
        })
    }
}
