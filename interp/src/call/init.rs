//! What runs under a Python `__init__` that a call of its class entered: a code object that checks the result and returns the new
//! object.

use core::sync::atomic::{AtomicPtr, Ordering};

use krait_bytecode::{CodeFlags, Opcode};
use krait_runtime::objects::{PyBytes, PyStr, PyTuple};
use krait_runtime::{Py, PyResult};

use crate::objects::code::{CodeParts, PyCode};

static CLEANUP: AtomicPtr<PyCode> = AtomicPtr::new(core::ptr::null_mut());

/// The code object, immortal; null when it cannot be made. Its `RESUME` stands behind what runs, so that frames of it are never
/// complete and nobody sees them.
#[inline(always)]
pub fn init_cleanup(py: Py<'_>) -> *mut PyCode {
    let code = CLEANUP.load(Ordering::Acquire);
    if code.is_null() { make(py) } else { code }
}

#[cold]
#[inline(never)]
fn make(py: Py<'_>) -> *mut PyCode {
    match try_make(py) {
        Ok(code) => code,
        Err(raised) => {
            py.clear_error(raised);
            core::ptr::null_mut()
        }
    }
}

fn try_make(py: Py<'_>) -> PyResult<*mut PyCode> {
    let name = PyStr::new(py, "__init__")?;
    let parts = CodeParts {
        argcount: 0,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        stacksize: 2,
        flags: (CodeFlags::OPTIMIZED | CodeFlags::NEWLOCALS) as i32,
        firstlineno: 1,
        code: vec![Opcode::EXIT_INIT_CHECK as u8, 0, Opcode::RETURN_VALUE as u8, 0, Opcode::RESUME as u8, 0],
        consts: PyTuple::from_vec(py, Vec::new())?,
        names: PyTuple::from_vec(py, Vec::new())?,
        localsplusnames: PyTuple::from_vec(py, Vec::new())?,
        localspluskinds: PyBytes::new(py, b"")?,
        filename: name.clone(),
        name: name.clone(),
        qualname: name,
        linetable: PyBytes::new(py, b"")?,
        exceptiontable: PyBytes::new(py, b"")?,
    };
    let code = PyCode::new(py, parts)?;
    code.make_immortal();
    let code = code.into_raw();
    CLEANUP.store(code, Ordering::Release);
    Ok(code)
}
