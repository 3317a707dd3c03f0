//! The exceptions that add nothing to their base but a name.

use krait_macros::{pyclass, pymethods};

use super::base::PyBaseException;
use super::os_error::PyOsError;
use super::special::{PyImportError, PyNameError, PySyntaxError};
use crate::objects::r#type::flags;

macro_rules! simple {
    ($($ident:ident = $name:literal: $base:ident;)*) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            #[pyclass(name = $name, base = $base, basetype, gc, manual, flags = flags::BASE_EXC_SUBCLASS)]
            #[repr(C)]
            pub struct $ident {
                base: $base,
            }
            #[pymethods(class = $name)]
            impl $ident {}
        )*
    };
}

simple! {
    Exception = "Exception": PyBaseException;
    GeneratorExit = "GeneratorExit": PyBaseException;
    KeyboardInterrupt = "KeyboardInterrupt": PyBaseException;
    ArithmeticError = "ArithmeticError": Exception;
    FloatingPointError = "FloatingPointError": ArithmeticError;
    OverflowError = "OverflowError": ArithmeticError;
    ZeroDivisionError = "ZeroDivisionError": ArithmeticError;
    AssertionError = "AssertionError": Exception;
    BufferError = "BufferError": Exception;
    EOFError = "EOFError": Exception;
    ModuleNotFoundError = "ModuleNotFoundError": PyImportError;
    LookupError = "LookupError": Exception;
    IndexError = "IndexError": LookupError;
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
    ReferenceError = "ReferenceError": Exception;
    RuntimeError = "RuntimeError": Exception;
    NotImplementedError = "NotImplementedError": RuntimeError;
    PythonFinalizationError = "PythonFinalizationError": RuntimeError;
    RecursionError = "RecursionError": RuntimeError;
    StopAsyncIteration = "StopAsyncIteration": Exception;
    IncompleteInputError = "_IncompleteInputError": PySyntaxError;
    IndentationError = "IndentationError": PySyntaxError;
    TabError = "TabError": IndentationError;
    SystemError = "SystemError": Exception;
    TypeError = "TypeError": Exception;
    ValueError = "ValueError": Exception;
    UnicodeError = "UnicodeError": ValueError;
    Warning = "Warning": Exception;
    BytesWarning = "BytesWarning": Warning;
    DeprecationWarning = "DeprecationWarning": Warning;
    EncodingWarning = "EncodingWarning": Warning;
    FutureWarning = "FutureWarning": Warning;
    ImportWarning = "ImportWarning": Warning;
    PendingDeprecationWarning = "PendingDeprecationWarning": Warning;
    ResourceWarning = "ResourceWarning": Warning;
    RuntimeWarning = "RuntimeWarning": Warning;
    SyntaxWarning = "SyntaxWarning": Warning;
    UnicodeWarning = "UnicodeWarning": Warning;
    UserWarning = "UserWarning": Warning;
}
