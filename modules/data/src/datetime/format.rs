//! `strftime` and `isoformat`.

use krait_interp::import::import_module;
use krait_runtime::objects::str::StrBuilder;
use krait_runtime::prelude::*;

use super::delta::TimeDelta;
use super::zone;

/// `strftime`: what the C library does not know, or not as Python wants it, is filled in first; `time.strftime` does the rest.
pub fn strftime(
    py: Py<'_>,
    format: &PyStr,
    time_tuple: &PyObject,
    tz: Option<&PyObject>,
    tz_argument: &PyObject,
    micros: i32,
) -> PyResult<Ref<PyObject>> {
    let strftime = import_module(py, "time")?.get_attr(py, id!(py, "strftime"))?;
    py.expect_room(4 * format.len())?;
    let points = format.to_code_points();
    let mut out = StrBuilder::new();
    let mut rest = &points[..];
    while let Some(at) = rest.iter().position(|&c| c == u32::from(b'%')) {
        let (before, directive) = rest.split_at(at);
        out.push_units(py, before)?;
        let code = directive.get(1).and_then(|&c| char::from_u32(c));
        let mut used = 2;
        match code {
            Some(':') if directive.get(2) == Some(&u32::from(b'z')) => {
                used = 3;
                push_offset(py, &mut out, tz, tz_argument, ":")?;
            }
            Some('z') => push_offset(py, &mut out, tz, tz_argument, "")?,
            Some('Z') => {
                if let Some(name) = zone::tzname(py, tz, tz_argument)? {
                    // The name's own class says how it is escaped.
                    let [one, two] = [PyStr::new(py, "%")?, PyStr::new(py, "%%")?];
                    let escaped = name.call_method(py, id!(py, "replace"), &[&one, &two])?;
                    let Some(escaped) = escaped.downcast::<PyStr>() else {
                        bail!(py, TypeError, "tzname.replace() did not return a string")
                    };
                    out.push_units(py, &escaped.to_code_points())?;
                }
            }
            Some('f') => out.push_str(py, &format!("{micros:06}"))?,
            Some(c @ ('Y' | 'G' | 'C' | 'F')) => {
                let year = if c == 'G' {
                    let text = strftime.call(py, &[&*PyStr::new(py, "%G")?, time_tuple])?;
                    let text = text
                        .downcast::<PyStr>()
                        .map_or(Ok(0), |text| Ok(text.to_string_lossy().trim().parse().unwrap_or(0)))?;
                    i64::from(text)
                } else {
                    time_tuple.sequence_item(py, 0)?.index(py)?.as_i64().unwrap_or(0)
                };
                let text = match c {
                    'C' => format!("{:02}", year / 100),
                    'F' => format!("{year:04}-%m-%d"),
                    _ => format!("{year:04}"),
                };
                out.push_str(py, &text)?;
            }
            _ => {
                used = used.min(directive.len());
                out.push_units(py, directive.get(..used).unwrap_or_default())?;
            }
        }
        rest = directive.get(used..).unwrap_or_default();
    }
    out.push_units(py, rest)?;
    let pattern = out.finish(py)?;
    strftime.call(py, &[&pattern, time_tuple])
}

fn push_offset(
    py: Py<'_>,
    out: &mut StrBuilder,
    tz: Option<&PyObject>,
    argument: &PyObject,
    separator: &str,
) -> PyResult<()> {
    match zone::utcoffset(py, tz, argument)? {
        Some(offset) => out.push_str(py, &zone::offset_text(&offset, separator)),
        None => Ok(()),
    }
}

/// `time.struct_time` of these fields.
pub fn struct_time(
    py: Py<'_>,
    (year, month, day): (i32, i32, i32),
    [hour, minute, second, _]: [i32; 4],
    dst: i32,
) -> PyResult<Ref<PyObject>> {
    let class = import_module(py, "time")?.get_attr(py, id!(py, "struct_time"))?;
    let weekday = super::calendar::weekday(year, month, day);
    let day_of_year = super::calendar::days_before_month(year, month) + day;
    let mut fields = Vec::with_capacity(9);
    for value in [year, month, day, hour, minute, second, weekday, day_of_year, dst] {
        fields.push(value.into_py(py)?);
    }
    class.call(py, &[&*PyTuple::from_vec(py, fields)?])
}

/// How much of a time `isoformat` shows.
#[derive(Clone, Copy, PartialEq)]
pub enum Detail {
    Hours,
    Minutes,
    Seconds,
    Millis,
    Micros,
}

impl Detail {
    /// The `timespec` argument.
    pub fn parse(py: Py<'_>, text: Option<&PyObject>, micros: i32, position: usize) -> PyResult<Detail> {
        let auto = if micros == 0 { Detail::Seconds } else { Detail::Micros };
        let Some(text) = text else { return Ok(auto) };
        let Some(text) = text.downcast::<PyStr>() else {
            let what = if text.is_none() { "None" } else { text.ty().name() };
            bail!(py, TypeError, "isoformat() argument {position} must be str, not {what}");
        };
        const NAMES: [(&str, Detail); 5] = [
            ("hours", Detail::Hours),
            ("minutes", Detail::Minutes),
            ("seconds", Detail::Seconds),
            ("milliseconds", Detail::Millis),
            ("microseconds", Detail::Micros),
        ];
        if text.eq_str("auto") {
            return Ok(auto);
        }
        match NAMES.iter().find(|(name, _)| text.eq_str(name)) {
            Some((_, detail)) => Ok(*detail),
            None => Err(raise!(py, ValueError, "Unknown timespec value")),
        }
    }
}

/// ASCII text of bounded length, on the stack.
pub struct Text {
    bytes: [u8; 48],
    len: usize,
}

impl Text {
    /// Nothing yet.
    pub fn new() -> Text {
        Text { bytes: [0; 48], len: 0 }
    }
    /// A character.
    pub fn push(&mut self, c: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = c;
            self.len += 1;
        }
    }
    /// A number with leading zeros.
    pub fn number(&mut self, mut n: i32, width: usize) {
        let Some(place) = self.bytes.get_mut(self.len..self.len + width) else { return };
        for digit in place.iter_mut().rev() {
            *digit = b'0' + (n % 10) as u8;
            n /= 10;
        }
        self.len += width;
    }
    /// YYYY-MM-DD
    pub fn date(&mut self, (year, month, day): (i32, i32, i32)) {
        self.number(year, 4);
        self.push(b'-');
        self.number(month, 2);
        self.push(b'-');
        self.number(day, 2);
    }
    /// HH:MM:SS.ffffff, or less.
    pub fn clock(&mut self, [hour, minute, second, micro]: [i32; 4], detail: Detail) {
        self.number(hour, 2);
        if detail == Detail::Hours {
            return;
        }
        self.push(b':');
        self.number(minute, 2);
        if detail == Detail::Minutes {
            return;
        }
        self.push(b':');
        self.number(second, 2);
        match detail {
            Detail::Millis => {
                self.push(b'.');
                self.number(micro / 1000, 3);
            }
            Detail::Micros => {
                self.push(b'.');
                self.number(micro, 6);
            }
            _ => {}
        }
    }
    /// An offset.
    pub fn offset(&mut self, offset: &TimeDelta) {
        zone::offset_text(offset, ":").bytes().for_each(|c| self.push(c));
    }
    /// What was written.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
