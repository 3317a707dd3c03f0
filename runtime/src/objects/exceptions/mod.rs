//! The exception hierarchy. `base.rs`: `BaseException`; `simple.rs`: those that are only a name; the others have files by theme.

pub mod base;
pub mod group;
pub mod os_error;
pub mod simple;
pub mod special;
pub mod unicode;

pub use base::PyBaseException;
pub use group::PyBaseExceptionGroup;
pub use os_error::{OrRaise, PyOsError};
pub use special::{PyAttributeError, PyImportError, PyNameError, PyStopIteration, PySyntaxError};
pub use unicode::{PyUnicodeDecodeError, PyUnicodeEncodeError, PyUnicodeTranslateError};

use crate::error::{PyResult, Raised};
use crate::objects::r#type::PyType;
use crate::py::Py;
use crate::reference::PyClass;

/// Sets a `MemoryError`; if even that cannot be made, the interpreter's reserve instance.
#[cold]
pub fn raise_memory_error(py: Py<'_>) -> Raised {
    // `MemoryError()` takes one small block, which is there even when a big one was refused.
    let reserve = py.interp().memory_error.take();
    match reserve {
        Some(exc) => py.raise_instance(exc),
        None => py.raise_bare(types::MemoryError()),
    }
}

macro_rules! classes {
    ($($name:ident = $ty:path;)*) => {
        /// The type objects by name: `types::ValueError()`.
        #[allow(non_snake_case, missing_docs)]
        pub mod types {
            use super::*;
            $(
                #[inline(always)]
                pub fn $name() -> &'static PyType {
                    <$ty as PyClass>::type_object()
                }
            )*
        }

        /// Readies all exception types, bases first, and gives their names.
        pub fn init(py: Py<'_>) -> PyResult<()> {
            $(PyType::ready::<$ty>(py)?;)*
            Ok(())
        }

        /// All exception types by name, for `builtins`.
        pub fn all() -> impl Iterator<Item = (&'static str, &'static PyType)> {
            [$((stringify!($name), types::$name())),*].into_iter()
        }
    };
}

classes! {
    BaseException = base::PyBaseException;
    Exception = simple::Exception;
    BaseExceptionGroup = group::PyBaseExceptionGroup;
    GeneratorExit = simple::GeneratorExit;
    KeyboardInterrupt = simple::KeyboardInterrupt;
    SystemExit = special::PySystemExit;
    ArithmeticError = simple::ArithmeticError;
    FloatingPointError = simple::FloatingPointError;
    OverflowError = simple::OverflowError;
    ZeroDivisionError = simple::ZeroDivisionError;
    AssertionError = simple::AssertionError;
    AttributeError = special::PyAttributeError;
    BufferError = simple::BufferError;
    EOFError = simple::EOFError;
    ImportError = special::PyImportError;
    ModuleNotFoundError = simple::ModuleNotFoundError;
    LookupError = simple::LookupError;
    IndexError = simple::IndexError;
    KeyError = special::PyKeyError;
    MemoryError = simple::MemoryError;
    NameError = special::PyNameError;
    UnboundLocalError = simple::UnboundLocalError;
    OSError = os_error::PyOsError;
    BlockingIOError = simple::BlockingIOError;
    ChildProcessError = simple::ChildProcessError;
    ConnectionError = simple::ConnectionError;
    BrokenPipeError = simple::BrokenPipeError;
    ConnectionAbortedError = simple::ConnectionAbortedError;
    ConnectionRefusedError = simple::ConnectionRefusedError;
    ConnectionResetError = simple::ConnectionResetError;
    FileExistsError = simple::FileExistsError;
    FileNotFoundError = simple::FileNotFoundError;
    InterruptedError = simple::InterruptedError;
    IsADirectoryError = simple::IsADirectoryError;
    NotADirectoryError = simple::NotADirectoryError;
    PermissionError = simple::PermissionError;
    ProcessLookupError = simple::ProcessLookupError;
    TimeoutError = simple::TimeoutError;
    ReferenceError = simple::ReferenceError;
    RuntimeError = simple::RuntimeError;
    NotImplementedError = simple::NotImplementedError;
    PythonFinalizationError = simple::PythonFinalizationError;
    RecursionError = simple::RecursionError;
    StopAsyncIteration = simple::StopAsyncIteration;
    StopIteration = special::PyStopIteration;
    SyntaxError = special::PySyntaxError;
    _IncompleteInputError = simple::IncompleteInputError;
    IndentationError = simple::IndentationError;
    TabError = simple::TabError;
    SystemError = simple::SystemError;
    TypeError = simple::TypeError;
    ValueError = simple::ValueError;
    UnicodeError = simple::UnicodeError;
    UnicodeDecodeError = unicode::PyUnicodeDecodeError;
    UnicodeEncodeError = unicode::PyUnicodeEncodeError;
    UnicodeTranslateError = unicode::PyUnicodeTranslateError;
    Warning = simple::Warning;
    BytesWarning = simple::BytesWarning;
    DeprecationWarning = simple::DeprecationWarning;
    EncodingWarning = simple::EncodingWarning;
    FutureWarning = simple::FutureWarning;
    ImportWarning = simple::ImportWarning;
    PendingDeprecationWarning = simple::PendingDeprecationWarning;
    ResourceWarning = simple::ResourceWarning;
    RuntimeWarning = simple::RuntimeWarning;
    SyntaxWarning = simple::SyntaxWarning;
    UnicodeWarning = simple::UnicodeWarning;
    UserWarning = simple::UserWarning;
}
