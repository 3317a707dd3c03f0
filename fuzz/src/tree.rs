//! Trees made of bytes: any tree that user code could hand to `compile`, sensible or not. The abstract grammar's table says which nodes
//! there are.

use bumpalo::Bump;
use krait_syntax::ast::*;

use crate::bytes::Bytes;

/// Makes nodes while bytes last and depth allows; then the simplest ones.
pub struct Maker<'a, 'b> {
    arena: &'a Bump,
    bytes: Bytes<'b>,
    depth: u32,
}

/// How deep trees become.
const MAX_DEPTH: u32 = 40;

const NAMES: &[&str] = &[
    "a",
    "b",
    "c",
    "x",
    "self",
    "_",
    "__",
    "__class__",
    "__classdict__",
    "__debug__",
    "__private",
    "super",
    "None",
    "True",
    "False",
    "annotations",
    "__future__",
    "*",
    "a.b",
    "",
    "é",
    "format",
    ".0",
    "__conditional_annotations__",
];

const NUMBERS: &[i32] = &[0, 1, -1, 115, 114, 97, 2, 3, i32::MAX, i32::MIN, 255, 256, -2, 65_536];

impl<'a, 'b> Maker<'a, 'b> {
    /// Makes nodes of these bytes in an arena.
    pub fn new(arena: &'a Bump, bytes: Bytes<'b>) -> Self {
        Maker { arena, bytes, depth: 0 }
    }

    /// The tree.
    pub fn tree(&mut self) -> Mod<'a> {
        Mod::make(self)
    }

    fn spent(&self) -> bool {
        self.depth >= MAX_DEPTH || self.bytes.is_empty()
    }

    fn location(&mut self) -> Location {
        match self.bytes.byte() {
            0 => Location {
                lineno: self.number(),
                col_offset: self.number(),
                end_lineno: self.number(),
                end_col_offset: self.number(),
            },
            byte => {
                let line = i32::from(byte >> 4) + 1;
                Location {
                    lineno: line,
                    col_offset: 0,
                    end_lineno: line,
                    end_col_offset: i32::from(byte & 15),
                }
            }
        }
    }

    fn number(&mut self) -> i32 {
        let index = self.bytes.below(NUMBERS.len());
        NUMBERS.get(index).copied().unwrap_or(0)
    }

    fn list<T: Make<'a> + Copy>(&mut self) -> &'a [T] {
        let count = match self.bytes.byte() {
            byte if self.spent() => usize::from(byte & 1),
            255 => 300,
            byte => usize::from(byte % 5),
        };
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(T::make(self));
            if self.bytes.is_empty() && items.len() > 5 {
                break;
            }
        }
        self.arena.alloc_slice_copy(&items)
    }
}

/// What can be made of bytes.
trait Make<'a>: Sized {
    fn make(maker: &mut Maker<'a, '_>) -> Self;
}

impl<'a, T: Make<'a>> Make<'a> for &'a T {
    fn make(maker: &mut Maker<'a, '_>) -> Self {
        maker.depth += 1;
        let made = T::make(maker);
        maker.depth -= 1;
        maker.arena.alloc(made)
    }
}

impl<'a, T: Make<'a>> Make<'a> for Option<T> {
    fn make(maker: &mut Maker<'a, '_>) -> Self {
        if maker.spent() || maker.bytes.byte() & 1 == 0 { None } else { Some(T::make(maker)) }
    }
}

impl<'a, T: Make<'a> + Copy> Make<'a> for &'a [T] {
    fn make(maker: &mut Maker<'a, '_>) -> Self {
        maker.depth += 1;
        let items = maker.list();
        maker.depth -= 1;
        items
    }
}

impl<'a> Make<'a> for &'a str {
    fn make(maker: &mut Maker<'a, '_>) -> Self {
        let index = maker.bytes.below(NAMES.len());
        NAMES.get(index).copied().unwrap_or("x")
    }
}

impl<'a> Make<'a> for i32 {
    fn make(maker: &mut Maker<'a, '_>) -> Self {
        maker.number()
    }
}

impl<'a> Make<'a> for Constant<'a> {
    fn make(maker: &mut Maker<'a, '_>) -> Self {
        let kinds = if maker.depth >= MAX_DEPTH { 9 } else { 11 };
        match maker.bytes.below(kinds) {
            0 => Constant::None,
            1 => Constant::True,
            2 => Constant::False,
            3 => Constant::Ellipsis,
            4 => {
                let length = maker.bytes.below(20);
                let text = String::from_utf8_lossy(maker.bytes.take(length));
                Constant::Str(Wtf8::from_text(maker.arena.alloc_str(&text)))
            }
            5 => {
                let length = maker.bytes.below(20);
                Constant::Bytes(maker.arena.alloc_slice_copy(maker.bytes.take(length)))
            }
            6 => {
                let byte = maker.bytes.byte();
                let length = usize::from(byte >> 1) % if byte & 1 == 0 { 3 } else { 64 };
                let mut digits: Vec<u32> =
                    (0..length).map(|_| u32::from_le_bytes([0; 4].map(|_: u8| maker.bytes.byte()))).collect();
                while digits.last() == Some(&0) {
                    digits.pop();
                }
                Constant::Int(Integer {
                    negative: byte & 128 != 0,
                    digits: maker.arena.alloc_slice_copy(&digits),
                })
            }
            7 => Constant::Float(f64::from_bits(u64::from_le_bytes([0; 8].map(|_: u8| maker.bytes.byte())))),
            8 => Constant::Complex { real: f64::from(maker.number()), imag: f64::from(maker.number()) },
            9 => Constant::Tuple(Make::make(maker)),
            _ => Constant::FrozenSet(Make::make(maker)),
        }
    }
}

macro_rules! variant {
    ($maker:ident, $enum:ident $class:ident { $($field:ident)* }) => {
        $enum::$class { $($field: Make::make($maker)),* }
    };
    ($maker:ident, $enum:ident $class:ident in $boxed:ident { $($field:ident)* }) => {
        $enum::$class($maker.arena.alloc($boxed { $($field: Make::make($maker)),* }))
    };
}

/// An alternative for when the tree has to end.
macro_rules! simplest {
    (Stmt $maker:ident) => {
        Some(StmtKind::Pass)
    };
    (Expr $maker:ident) => {
        Some(match $maker.bytes.byte() {
            0..=127 => ExprKind::Name { id: Make::make($maker), ctx: Make::make($maker) },
            _ => ExprKind::Constant { value: Make::make($maker), kind: None },
        })
    };
    (Pattern $maker:ident) => {
        Some(PatternKind::MatchAs { pattern: None, name: Make::make($maker) })
    };
    (TypeParam $maker:ident) => {
        None
    };
}

macro_rules! make {
    (plain $name:ident($rust:ident) { $($class:ident ($($field:ident)*))* }) => {
        impl<'a> Make<'a> for $rust<'a> {
            fn make(maker: &mut Maker<'a, '_>) -> Self {
                let makers: &[fn(&mut Maker<'a, '_>) -> Self] =
                    &[$(|maker| $rust::$class { $($field: Make::make(maker)),* }),*];
                // Mostly modules.
                let index = usize::from(maker.bytes.byte() / 2).saturating_sub(120) % makers.len();
                makers[index](maker)
            }
        }
    };
    (spanned $($rest:tt)*) => { make! { located $($rest)* } };
    (located $name:ident($rust:ident $kind:ident) { $($class:ident $(in $boxed:ident)? ($($field:ident)*))* }) => {
        impl<'a> Make<'a> for $rust<'a> {
            fn make(maker: &mut Maker<'a, '_>) -> Self {
                let loc = maker.location();
                if maker.spent() {
                    let node: Option<$kind<'a>> = simplest!($rust maker);
                    if let Some(node) = node {
                        return $rust { node, loc };
                    }
                }
                #[allow(unused_variables)]
                let makers: &[fn(&mut Maker<'a, '_>) -> $kind<'a>] =
                    &[$(|maker| variant!(maker, $kind $class $(in $boxed)? { $($field)* })),*];
                let index = maker.bytes.below(makers.len());
                maker.depth += 1;
                let node = makers[index](maker);
                maker.depth -= 1;
                $rust { node, loc }
            }
        }
    };
    (choice $name:ident($rust:ident) { $($class:ident ())* }) => {
        impl<'a> Make<'a> for $rust {
            fn make(maker: &mut Maker<'a, '_>) -> Self {
                let choices = [$($rust::$class),*];
                choices[maker.bytes.below(choices.len())]
            }
        }
    };
    (product $name:ident($rust:ident) { $class:ident ($($field:ident)*) }) => { make! { single $name($rust) { $class($($field)*) } } };
    (single $name:ident($rust:ident) { $class:ident ($($field:ident)*) }) => {
        impl<'a> Make<'a> for $rust<'a> {
            fn make(maker: &mut Maker<'a, '_>) -> Self {
                $rust { $($field: Make::make(maker)),* }
            }
        }
    };
    (located_product $name:ident($rust:ident) { $class:ident ($($field:ident)*) }) => { make! { handler $name($rust) { $class($($field)*) } } };
    (handler $name:ident($rust:ident) { $class:ident ($($field:ident)*) }) => {
        impl<'a> Make<'a> for $rust<'a> {
            fn make(maker: &mut Maker<'a, '_>) -> Self {
                let loc = maker.location();
                $rust { $($field: Make::make(maker),)* loc }
            }
        }
    };
}

macro_rules! make_all {
    ($($shape:ident $name:ident($($rust:ident),*) { $($class:ident $(in $boxed:ident)? ($($field:ident: $kind:ident $([$($mark:tt)*])?),*),)* })*) => {
        $(make! { $shape $name($($rust)*) { $($class $(in $boxed)? ($($field)*))* } })*
    };
}

krait_syntax::for_each_node_class!(make_all);
