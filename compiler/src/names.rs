//! Identifiers as small numbers, the identifiers the compiler itself knows, and private-name mangling.
//! All tables of the compiler are keyed by [`NameId`]; text is looked at only to sort and to emit.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

/// An interned identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(pub u32);

/// A quick hash for interned numbers and short identifiers (multiply and rotate, as in rustc).
#[derive(Clone, Copy, Default, Debug)]
pub struct QuickHasher(u64);

impl QuickHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        let mut last = [0u8; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        self.add(u64::from_le_bytes(last));
    }

    fn write_u8(&mut self, value: u8) {
        self.add(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.add(u64::from(value));
    }

    fn write_usize(&mut self, value: usize) {
        self.add(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

/// A map with the quick hash. Not for keys an attacker can make collide at length: see [`Names`].
pub type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<QuickHasher>>;
/// A set with the quick hash.
pub type QuickSet<K> = std::collections::HashSet<K, BuildHasherDefault<QuickHasher>>;

macro_rules! well_known {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// The identifiers that the compiler knows by itself.
        pub mod known {
            use super::NameId;
            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            #[repr(u32)]
            enum Number { $($name),* }
            $(#[doc = concat!("`", $text, "`")] pub const $name: NameId = NameId(Number::$name as u32);)*
            pub(super) const TEXTS: &[&str] = &[$($text),*];
        }
    };
}

well_known! {
    SUPER = "super", CLASS = "__class__", CLASSDICT = "__classdict__", CLASSDICTCELL = "__classdictcell__",
    CLASSCELL = "__classcell__", CONDITIONAL_ANNOTATIONS = "__conditional_annotations__", ANNOTATE = "__annotate__",
    ANNOTATE_FUNC = "__annotate_func__", ANNOTATIONS = "__annotations__", DEBUG = "__debug__", DOC = "__doc__",
    NAME = "__name__", MODULE = "__module__", QUALNAME = "__qualname__", FIRSTLINENO = "__firstlineno__",
    JOIN = "join", STATIC_ATTRIBUTES = "__static_attributes__", TYPE_PARAMS = "__type_params__", DOT_TYPE_PARAMS = ".type_params",
    DOT_GENERIC_BASE = ".generic_base", DOT_DEFAULTS = ".defaults", DOT_KWDEFAULTS = ".kwdefaults",
    DOT_FORMAT = ".format", FORMAT = "format", DOT_ZERO = ".0", TOP = "top", RETURN = "return",
    LAMBDA = "lambda", LISTCOMP = "listcomp", SETCOMP = "setcomp", DICTCOMP = "dictcomp", GENEXPR = "genexpr",
    ANGLE_LAMBDA = "<lambda>", ANGLE_LISTCOMP = "<listcomp>", ANGLE_SETCOMP = "<setcomp>",
    ANGLE_DICTCOMP = "<dictcomp>", ANGLE_GENEXPR = "<genexpr>", ANGLE_MODULE = "<module>",
}

/// The interner. It uses the standard (keyed) hash for text, since source may come from anyone.
#[derive(Debug)]
pub struct Names {
    texts: Vec<Rc<str>>,
    ids: HashMap<Rc<str>, NameId>,
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Names { texts: Vec::with_capacity(256), ids: HashMap::with_capacity(256) };
        for text in known::TEXTS {
            names.intern(text);
        }
        names
    }
}

impl Names {
    /// The number of an identifier.
    pub fn intern(&mut self, text: &str) -> NameId {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = NameId(self.texts.len() as u32);
        let text: Rc<str> = Rc::from(text);
        self.texts.push(Rc::clone(&text));
        self.ids.insert(text, id);
        id
    }

    /// The number of an identifier, if it has been seen.
    pub fn lookup(&self, text: &str) -> Option<NameId> {
        self.ids.get(text).copied()
    }

    /// The text of an identifier.
    pub fn text(&self, id: NameId) -> &str {
        self.texts.get(id.0 as usize).map_or("", |text| text)
    }

    /// The identifier as seen from inside class `private` (Language Reference, 6.2.1 "Private name mangling").
    pub fn mangle(&mut self, private: Option<NameId>, name: NameId) -> NameId {
        let Some(private) = private else { return name };
        let text = self.text(name);
        if !text.starts_with("__") || text.ends_with("__") || text.contains('.') {
            return name;
        }
        let class = self.text(private).trim_start_matches('_');
        if class.is_empty() {
            return name;
        }
        let mangled = format!("_{class}{text}");
        self.intern(&mangled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mangling() {
        let mut names = Names::default();
        let class = names.intern("__Klass");
        for (from, to) in
            [("__a", "_Klass__a"), ("__a__", "__a__"), ("_a", "_a"), ("__a.b", "__a.b"), ("__", "__")]
        {
            let id = names.intern(from);
            let mangled = names.mangle(Some(class), id);
            assert_eq!(names.text(mangled), to);
        }
        assert_eq!(names.text(known::SUPER), "super");
        assert_eq!(names.lookup("__doc__"), Some(known::DOC));
    }
}
