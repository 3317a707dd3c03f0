//! The exception hierarchy.

use core::cell::Cell;

use crate::error::Raised;
use crate::object::PyObject;
use crate::objects::r#type::{PyType, flags};
use crate::py::Py;
use crate::reference::{Member, Ref};

/// `PyBaseExceptionObject`.
#[repr(C)]
pub struct PyBaseException {
    pub(crate) ob_base: PyObject,
    pub(crate) dict: Member<PyObject>,
    pub(crate) args: Member<PyObject>,
    pub(crate) notes: Member<PyObject>,
    pub(crate) traceback: Member<PyObject>,
    pub(crate) context: Member<PyObject>,
    pub(crate) cause: Member<PyObject>,
    pub(crate) suppress_context: Cell<u8>,
}
declare_class!(
    PyBaseException,
    ob_base,
    c"BaseException",
    itemsize = 0,
    flags = flags::BASETYPE | flags::HAVE_GC | flags::BASE_EXC_SUBCLASS
);

impl PyBaseException {
    /// `__context__`.
    pub fn context(&self) -> Option<Ref<PyObject>> {
        self.context.get()
    }
    /// Sets `__context__`.
    pub fn set_context(&self, value: Option<Ref<PyObject>>) {
        drop(self.context.replace(value));
    }
    /// `__traceback__`.
    pub fn traceback(&self) -> Option<Ref<PyObject>> {
        self.traceback.get()
    }
    /// Sets `__traceback__`.
    pub fn set_traceback(&self, value: Option<Ref<PyObject>>) {
        drop(self.traceback.replace(value));
    }
    /// `__cause__`.
    pub fn cause(&self) -> Option<Ref<PyObject>> {
        self.cause.get()
    }
    /// Sets `__cause__` and with it `__suppress_context__`.
    pub fn set_cause(&self, value: Option<Ref<PyObject>>) {
        drop(self.cause.replace(value));
        self.suppress_context.set(1);
    }
}

/// Sets a `MemoryError` from the reserve, without allocating.
pub fn raise_memory_error(_py: Py<'_>) -> Raised {
    std::process::abort()
}

/// The type objects by name: `types::ValueError()`.
#[allow(non_snake_case, missing_docs)]
pub mod types {
    use super::*;
    use crate::reference::PyClass;
    macro_rules! names {
        ($($name:ident)*) => { $(pub fn $name() -> &'static PyType { PyBaseException::type_object() })* };
    }
    names! {
        BaseException BaseExceptionGroup GeneratorExit KeyboardInterrupt SystemExit Exception ArithmeticError FloatingPointError OverflowError
        ZeroDivisionError AssertionError AttributeError BufferError EOFError ImportError ModuleNotFoundError LookupError IndexError KeyError MemoryError
        NameError UnboundLocalError OSError BlockingIOError ChildProcessError ConnectionError BrokenPipeError ConnectionAbortedError
        ConnectionRefusedError ConnectionResetError FileExistsError FileNotFoundError InterruptedError IsADirectoryError NotADirectoryError
        PermissionError ProcessLookupError TimeoutError ReferenceError RuntimeError NotImplementedError PythonFinalizationError RecursionError
        StopAsyncIteration StopIteration SyntaxError _IncompleteInputError IndentationError TabError SystemError TypeError ValueError UnicodeError UnicodeDecodeError
        UnicodeEncodeError UnicodeTranslateError Warning BytesWarning DeprecationWarning EncodingWarning FutureWarning ImportWarning
        PendingDeprecationWarning ResourceWarning RuntimeWarning SyntaxWarning UnicodeWarning UserWarning
    }
}
