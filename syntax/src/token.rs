//! Tokens: their kinds, CPython's numbers and names for them, and the table of keywords.
//! How source text becomes tokens is in `tokenizer`.

use crate::ast::Location;

macro_rules! kinds {
    ($($kind:ident = $number:literal $name:literal),* $(,)?) => {
        /// The kind of a token. Keywords have kinds of their own; to Python they are `NAME`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum Kind { $($kind),* }

        impl Kind {
            /// The number that the module `token` gives this kind.
            pub fn number(self) -> u8 {
                match self { $(Kind::$kind => $number),* }
            }

            /// How the kind reads in the source, or its name if that varies.
            pub fn text(self) -> &'static str {
                match self { $(Kind::$kind => $name),* }
            }
        }
    };
}

kinds! {
    EndMarker = 0 "ENDMARKER", Name = 1 "NAME", Number = 2 "NUMBER", String = 3 "STRING", Newline = 4 "NEWLINE",
    Indent = 5 "INDENT", Dedent = 6 "DEDENT",
    LeftParen = 7 "(", RightParen = 8 ")", LeftBracket = 9 "[", RightBracket = 10 "]", Colon = 11 ":",
    Comma = 12 ",", Semicolon = 13 ";", Plus = 14 "+", Minus = 15 "-", Star = 16 "*", Slash = 17 "/",
    Bar = 18 "|", Ampersand = 19 "&", Less = 20 "<", Greater = 21 ">", Equal = 22 "=", Dot = 23 ".",
    Percent = 24 "%", LeftBrace = 25 "{", RightBrace = 26 "}", EqualEqual = 27 "==", NotEqual = 28 "!=",
    LessEqual = 29 "<=", GreaterEqual = 30 ">=", Tilde = 31 "~", Caret = 32 "^", LeftShift = 33 "<<",
    RightShift = 34 ">>", DoubleStar = 35 "**", PlusEqual = 36 "+=", MinusEqual = 37 "-=", StarEqual = 38 "*=",
    SlashEqual = 39 "/=", PercentEqual = 40 "%=", AmpersandEqual = 41 "&=", BarEqual = 42 "|=",
    CaretEqual = 43 "^=", LeftShiftEqual = 44 "<<=", RightShiftEqual = 45 ">>=", DoubleStarEqual = 46 "**=",
    DoubleSlash = 47 "//", DoubleSlashEqual = 48 "//=", At = 49 "@", AtEqual = 50 "@=", Arrow = 51 "->",
    Ellipsis = 52 "...", ColonEqual = 53 ":=", Exclamation = 54 "!", Op = 55 "OP",
    TypeIgnore = 56 "TYPE_IGNORE", TypeComment = 57 "TYPE_COMMENT",
    FstringStart = 59 "FSTRING_START", FstringMiddle = 60 "FSTRING_MIDDLE", FstringEnd = 61 "FSTRING_END",
    TstringStart = 62 "TSTRING_START", TstringMiddle = 63 "TSTRING_MIDDLE", TstringEnd = 64 "TSTRING_END",
    Comment = 65 "COMMENT", Nl = 66 "NL", Error = 67 "ERRORTOKEN",
    False = 1 "False", None = 1 "None", True = 1 "True", And = 1 "and", As = 1 "as", Assert = 1 "assert",
    Async = 1 "async", Await = 1 "await", Break = 1 "break", Class = 1 "class", Continue = 1 "continue",
    Def = 1 "def", Del = 1 "del", Elif = 1 "elif", Else = 1 "else", Except = 1 "except", Finally = 1 "finally",
    For = 1 "for", From = 1 "from", Global = 1 "global", If = 1 "if", Import = 1 "import", In = 1 "in",
    Is = 1 "is", Lambda = 1 "lambda", Nonlocal = 1 "nonlocal", Not = 1 "not", Or = 1 "or", Pass = 1 "pass",
    Raise = 1 "raise", Return = 1 "return", Try = 1 "try", While = 1 "while", With = 1 "with", Yield = 1 "yield",
}

impl Kind {
    /// Whether this is a reserved word.
    pub fn is_keyword(self) -> bool {
        self as u8 >= Kind::False as u8
    }
}

/// The kind of an ASCII identifier: its keyword's, or `Name`.
pub(crate) fn keyword(text: &[u8]) -> Kind {
    // A match on byte strings compiles to a switch on length, then word compares.
    match text {
        b"if" => Kind::If,
        b"in" => Kind::In,
        b"is" => Kind::Is,
        b"or" => Kind::Or,
        b"as" => Kind::As,
        b"and" => Kind::And,
        b"def" => Kind::Def,
        b"del" => Kind::Del,
        b"for" => Kind::For,
        b"not" => Kind::Not,
        b"try" => Kind::Try,
        b"elif" => Kind::Elif,
        b"else" => Kind::Else,
        b"from" => Kind::From,
        b"pass" => Kind::Pass,
        b"with" => Kind::With,
        b"None" => Kind::None,
        b"True" => Kind::True,
        b"async" => Kind::Async,
        b"await" => Kind::Await,
        b"break" => Kind::Break,
        b"class" => Kind::Class,
        b"raise" => Kind::Raise,
        b"while" => Kind::While,
        b"yield" => Kind::Yield,
        b"False" => Kind::False,
        b"assert" => Kind::Assert,
        b"except" => Kind::Except,
        b"global" => Kind::Global,
        b"import" => Kind::Import,
        b"lambda" => Kind::Lambda,
        b"return" => Kind::Return,
        b"finally" => Kind::Finally,
        b"continue" => Kind::Continue,
        b"nonlocal" => Kind::Nonlocal,
        _ => Kind::Name,
    }
}

/// A token. Lines count from 1, columns are UTF-8 bytes from 0.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// How many brackets are open after it.
    pub level: u8,
    /// Where its text begins in the source.
    pub start: u32,
    /// Where its text ends in the source.
    pub end: u32,
    /// Line of its first character.
    pub lineno: u32,
    /// Column of its first character.
    pub col: u32,
    /// Line of its end.
    pub end_lineno: u32,
    /// Column of its end.
    pub end_col: u32,
}

impl Token {
    /// The location of a node made of this token alone.
    pub fn loc(&self) -> Location {
        Location {
            lineno: self.lineno as i32,
            col_offset: self.col as i32,
            end_lineno: self.end_lineno as i32,
            end_col_offset: self.end_col as i32,
        }
    }
}
