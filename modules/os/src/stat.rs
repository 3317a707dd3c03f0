//! Module `_stat`: file modes taken apart.

/// The text that `ls -l` shows.
fn file_mode(mode: u32) -> String {
    let kind = match mode & libc::S_IFMT {
        libc::S_IFREG => '-',
        libc::S_IFDIR => 'd',
        libc::S_IFLNK => 'l',
        libc::S_IFBLK => 'b',
        libc::S_IFCHR => 'c',
        libc::S_IFIFO => 'p',
        libc::S_IFSOCK => 's',
        _ => '?',
    };
    let mut text = String::with_capacity(10);
    text.push(kind);
    for (shift, special, lower, upper) in
        [(6, libc::S_ISUID, 's', 'S'), (3, libc::S_ISGID, 's', 'S'), (0, libc::S_ISVTX, 't', 'T')]
    {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, mode & special != 0) {
            (true, true) => lower,
            (false, true) => upper,
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    text
}

use krait_runtime::prelude::*;

/// A mode: an `int` that fits the system's type.
pub struct Mode(u32);
impl<'a> FromArg<'a> for Mode {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        let number = obj.index(py)?;
        let Some(n) = number.as_u64() else {
            if number.is_negative() {
                bail!(py, OverflowError, "can't convert negative value to unsigned int")
            }
            bail!(py, OverflowError, "Python int too large to convert to C unsigned long")
        };
        match u32::try_from(n) {
            Ok(n) => Ok(Mode(n)),
            Err(_) => bail!(py, OverflowError, "mode out of range"),
        }
    }
}

/// The module.
#[pymodule(name = "_stat")]
#[allow(non_snake_case)]
pub mod stat {
    use krait_runtime::prelude::*;

    use super::Mode;

    #[pyattr]
    const SF_APPEND: i64 = 262144;
    #[pyattr]
    const SF_ARCHIVED: i64 = 65536;
    #[pyattr]
    const SF_DATALESS: i64 = 1073741824;
    #[pyattr]
    const SF_FIRMLINK: i64 = 8388608;
    #[pyattr]
    const SF_IMMUTABLE: i64 = 131072;
    #[pyattr]
    const SF_NOUNLINK: i64 = 1048576;
    #[pyattr]
    const SF_SETTABLE: i64 = 4294901760;
    #[pyattr]
    const SF_SNAPSHOT: i64 = 2097152;
    #[pyattr]
    const ST_ATIME: i64 = 7;
    #[pyattr]
    const ST_CTIME: i64 = 9;
    #[pyattr]
    const ST_DEV: i64 = 2;
    #[pyattr]
    const ST_GID: i64 = 5;
    #[pyattr]
    const ST_INO: i64 = 1;
    #[pyattr]
    const ST_MODE: i64 = 0;
    #[pyattr]
    const ST_MTIME: i64 = 8;
    #[pyattr]
    const ST_NLINK: i64 = 3;
    #[pyattr]
    const ST_SIZE: i64 = 6;
    #[pyattr]
    const ST_UID: i64 = 4;
    #[pyattr]
    const S_ENFMT: i64 = 1024;
    #[pyattr]
    const S_IEXEC: i64 = 0o100;
    #[pyattr]
    const S_IFBLK: i64 = 0o60000;
    #[pyattr]
    const S_IFCHR: i64 = 0o20000;
    #[pyattr]
    const S_IFDIR: i64 = 0o40000;
    #[pyattr]
    const S_IFDOOR: i64 = 0o0;
    #[pyattr]
    const S_IFIFO: i64 = 0o10000;
    #[pyattr]
    const S_IFLNK: i64 = 0o120000;
    #[pyattr]
    const S_IFPORT: i64 = 0o0;
    #[pyattr]
    const S_IFREG: i64 = 0o100000;
    #[pyattr]
    const S_IFSOCK: i64 = 0o140000;
    #[pyattr]
    const S_IFWHT: i64 = 0o0;
    #[pyattr]
    const S_IREAD: i64 = 0o400;
    #[pyattr]
    const S_IRGRP: i64 = 0o40;
    #[pyattr]
    const S_IROTH: i64 = 0o4;
    #[pyattr]
    const S_IRUSR: i64 = 0o400;
    #[pyattr]
    const S_IRWXG: i64 = 0o70;
    #[pyattr]
    const S_IRWXO: i64 = 0o7;
    #[pyattr]
    const S_IRWXU: i64 = 0o700;
    #[pyattr]
    const S_ISGID: i64 = 0o2000;
    #[pyattr]
    const S_ISUID: i64 = 0o4000;
    #[pyattr]
    const S_ISVTX: i64 = 0o1000;
    #[pyattr]
    const S_IWGRP: i64 = 0o20;
    #[pyattr]
    const S_IWOTH: i64 = 0o2;
    #[pyattr]
    const S_IWRITE: i64 = 0o200;
    #[pyattr]
    const S_IWUSR: i64 = 0o200;
    #[pyattr]
    const S_IXGRP: i64 = 0o10;
    #[pyattr]
    const S_IXOTH: i64 = 0o1;
    #[pyattr]
    const S_IXUSR: i64 = 0o100;
    #[pyattr]
    const UF_APPEND: i64 = 4;
    #[pyattr]
    const UF_COMPRESSED: i64 = 32;
    #[pyattr]
    const UF_DATAVAULT: i64 = 128;
    #[pyattr]
    const UF_HIDDEN: i64 = 32768;
    #[pyattr]
    const UF_IMMUTABLE: i64 = 2;
    #[pyattr]
    const UF_NODUMP: i64 = 1;
    #[pyattr]
    const UF_NOUNLINK: i64 = 16;
    #[pyattr]
    const UF_OPAQUE: i64 = 8;
    #[pyattr]
    const UF_SETTABLE: i64 = 65535;
    #[pyattr]
    const UF_TRACKED: i64 = 64;
    #[pyfunction]
    fn S_ISBLK(_py: Py<'_>, mode: Mode) -> bool {
        mode.0 & libc::S_IFMT == libc::S_IFBLK
    }
    #[pyfunction]
    fn S_ISCHR(_py: Py<'_>, mode: Mode) -> bool {
        mode.0 & libc::S_IFMT == libc::S_IFCHR
    }
    #[pyfunction]
    fn S_ISDIR(_py: Py<'_>, mode: Mode) -> bool {
        mode.0 & libc::S_IFMT == libc::S_IFDIR
    }
    #[pyfunction]
    fn S_ISFIFO(_py: Py<'_>, mode: Mode) -> bool {
        mode.0 & libc::S_IFMT == libc::S_IFIFO
    }
    #[pyfunction]
    fn S_ISLNK(_py: Py<'_>, mode: Mode) -> bool {
        mode.0 & libc::S_IFMT == libc::S_IFLNK
    }
    #[pyfunction]
    fn S_ISREG(_py: Py<'_>, mode: Mode) -> bool {
        mode.0 & libc::S_IFMT == libc::S_IFREG
    }
    #[pyfunction]
    fn S_ISSOCK(_py: Py<'_>, mode: Mode) -> bool {
        mode.0 & libc::S_IFMT == libc::S_IFSOCK
    }
    #[pyfunction]
    fn S_ISDOOR(_py: Py<'_>, _mode: Mode) -> bool {
        false
    }
    #[pyfunction]
    fn S_ISPORT(_py: Py<'_>, _mode: Mode) -> bool {
        false
    }
    #[pyfunction]
    fn S_ISWHT(_py: Py<'_>, _mode: Mode) -> bool {
        false
    }
    #[pyfunction]
    fn S_IFMT(_py: Py<'_>, mode: Mode) -> u32 {
        mode.0 & libc::S_IFMT
    }
    #[pyfunction]
    fn S_IMODE(_py: Py<'_>, mode: Mode) -> u32 {
        mode.0 & 0o7777
    }
    #[pyfunction]
    fn filemode(_py: Py<'_>, mode: Mode) -> String {
        super::file_mode(mode.0)
    }
}

use krait_macros::pymodule;
