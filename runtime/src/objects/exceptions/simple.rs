//! The exceptions that add nothing to their base but a name. Those marked `construct` are made as `BaseException` is.

use krait_macros::{pyclass, pymethods};

use super::base::PyBaseException;
use super::os_error::PyOsError;
use super::special::{PyImportError, PyNameError, PySyntaxError};
use crate::args::Args;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::r#type::{PyType, flags};
use crate::py::Py;
use crate::reference::Ref;

macro_rules! simple {
    ($($ident:ident = $name:literal: $base:ident $(, $construct:ident)?;)*) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            #[pyclass(name = $name, base = $base, basetype, gc, manual, $(base_new = $construct,)? flags = flags::BASE_EXC_SUBCLASS)]
            #[repr(C)]
            pub struct $ident {
                base: $base,
            }
            #[pymethods(class = $name)]
            impl $ident {
                $(#[slot]
                fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
                    super::base::$construct(py, cls, args)
                })?
            }
        )*
    };
}

simple! {
    Exception = "Exception": PyBaseException, construct;
    GeneratorExit = "GeneratorExit": PyBaseException, construct;
    KeyboardInterrupt = "KeyboardInterrupt": PyBaseException, construct;
    ArithmeticError = "ArithmeticError": Exception, construct;
    FloatingPointError = "FloatingPointError": ArithmeticError, construct;
    OverflowError = "OverflowError": ArithmeticError, construct;
    ZeroDivisionError = "ZeroDivisionError": ArithmeticError, construct;
    AssertionError = "AssertionError": Exception, construct;
    BufferError = "BufferError": Exception, construct;
    EOFError = "EOFError": Exception, construct;
    ModuleNotFoundError = "ModuleNotFoundError": PyImportError;
    LookupError = "LookupError": Exception, construct;
    IndexError = "IndexError": LookupError, construct;
    MemoryError = "MemoryError": Exception;
    UnboundLocalError = "UnboundLocalError": PyNameError;
    BlockingIOError = "BlockingIOError": PyOsError;
    ChildProcessError = "ChildProcessError": PyOsError;
    ConnectionError = "ConnectionError": PyOsError;
    BrokenPipeError = "BrokenPipeError": ConnectionError;
    ConnectionAbortedError = "ConnectionAbortedError": ConnectionError;
    ConnectionRefusedError = "ConnectionRefusedError": ConnectionError;
    ConnectionResetError = "ConnectionResetError": ConnectionError;
    FileExistsError = "FileExistsError": PyOsError;
    FileNotFoundError = "FileNotFoundError": PyOsError;
    InterruptedError = "InterruptedError": PyOsError;
    IsADirectoryError = "IsADirectoryError": PyOsError;
    NotADirectoryError = "NotADirectoryError": PyOsError;
    PermissionError = "PermissionError": PyOsError;
    ProcessLookupError = "ProcessLookupError": PyOsError;
    TimeoutError = "TimeoutError": PyOsError;
    ReferenceError = "ReferenceError": Exception, construct;
    RuntimeError = "RuntimeError": Exception, construct;
    NotImplementedError = "NotImplementedError": RuntimeError, construct;
    PythonFinalizationError = "PythonFinalizationError": RuntimeError, construct;
    RecursionError = "RecursionError": RuntimeError, construct;
    StopAsyncIteration = "StopAsyncIteration": Exception, construct;
    IncompleteInputError = "_IncompleteInputError": PySyntaxError;
    IndentationError = "IndentationError": PySyntaxError;
    TabError = "TabError": IndentationError;
    SystemError = "SystemError": Exception, construct;
    TypeError = "TypeError": Exception, construct;
    ValueError = "ValueError": Exception, construct;
    UnicodeError = "UnicodeError": ValueError, construct;
    Warning = "Warning": Exception, construct;
    BytesWarning = "BytesWarning": Warning, construct;
    DeprecationWarning = "DeprecationWarning": Warning, construct;
    EncodingWarning = "EncodingWarning": Warning, construct;
    FutureWarning = "FutureWarning": Warning, construct;
    ImportWarning = "ImportWarning": Warning, construct;
    PendingDeprecationWarning = "PendingDeprecationWarning": Warning, construct;
    ResourceWarning = "ResourceWarning": Warning, construct;
    RuntimeWarning = "RuntimeWarning": Warning, construct;
    SyntaxWarning = "SyntaxWarning": Warning, construct;
    UnicodeWarning = "UnicodeWarning": Warning, construct;
    UserWarning = "UserWarning": Warning, construct;
}
