//! What the operands of instructions number: binary and comparison operators, intrinsics, special methods,
//! common constants, `RESUME` and `MAKE_FUNCTION` bits.

macro_rules! numbered {
    (
        $(#[$doc:meta])* $type:ident { $($variant:ident = $number:literal, $name:literal;)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum $type {
            $(#[doc = concat!("`", $name, "`")] $variant = $number,)*
        }

        impl $type {
            /// All of them with their names, by number.
            pub const ALL: &[(Self, &str)] = &[$((Self::$variant, $name),)*];

            /// The one of that number.
            #[must_use]
            pub const fn from_number(number: u32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// Its name, as CPython reports it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

numbered! {
    /// The operand of `BINARY_OP`.
    BinaryOperator {
        Add = 0, "NB_ADD";
        And = 1, "NB_AND";
        FloorDivide = 2, "NB_FLOOR_DIVIDE";
        LeftShift = 3, "NB_LSHIFT";
        MatrixMultiply = 4, "NB_MATRIX_MULTIPLY";
        Multiply = 5, "NB_MULTIPLY";
        Remainder = 6, "NB_REMAINDER";
        Or = 7, "NB_OR";
        Power = 8, "NB_POWER";
        RightShift = 9, "NB_RSHIFT";
        Subtract = 10, "NB_SUBTRACT";
        TrueDivide = 11, "NB_TRUE_DIVIDE";
        Xor = 12, "NB_XOR";
        InplaceAdd = 13, "NB_INPLACE_ADD";
        InplaceAnd = 14, "NB_INPLACE_AND";
        InplaceFloorDivide = 15, "NB_INPLACE_FLOOR_DIVIDE";
        InplaceLeftShift = 16, "NB_INPLACE_LSHIFT";
        InplaceMatrixMultiply = 17, "NB_INPLACE_MATRIX_MULTIPLY";
        InplaceMultiply = 18, "NB_INPLACE_MULTIPLY";
        InplaceRemainder = 19, "NB_INPLACE_REMAINDER";
        InplaceOr = 20, "NB_INPLACE_OR";
        InplacePower = 21, "NB_INPLACE_POWER";
        InplaceRightShift = 22, "NB_INPLACE_RSHIFT";
        InplaceSubtract = 23, "NB_INPLACE_SUBTRACT";
        InplaceTrueDivide = 24, "NB_INPLACE_TRUE_DIVIDE";
        InplaceXor = 25, "NB_INPLACE_XOR";
        Subscript = 26, "NB_SUBSCR";
    }
}

impl BinaryOperator {
    /// The operator as written in source, `[]` for subscription.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        const SYMBOLS: [&str; 27] = [
            "+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^", "+=", "&=", "//=", "<<=",
            "@=", "*=", "%=", "|=", "**=", ">>=", "-=", "/=", "^=", "[]",
        ];
        SYMBOLS[self as usize]
    }
}

numbered! {
    /// The operand of `CALL_INTRINSIC_1`.
    Intrinsic1 {
        Invalid = 0, "INTRINSIC_1_INVALID";
        Print = 1, "INTRINSIC_PRINT";
        ImportStar = 2, "INTRINSIC_IMPORT_STAR";
        StopIterationError = 3, "INTRINSIC_STOPITERATION_ERROR";
        AsyncGenWrap = 4, "INTRINSIC_ASYNC_GEN_WRAP";
        UnaryPositive = 5, "INTRINSIC_UNARY_POSITIVE";
        ListToTuple = 6, "INTRINSIC_LIST_TO_TUPLE";
        TypeVar = 7, "INTRINSIC_TYPEVAR";
        ParamSpec = 8, "INTRINSIC_PARAMSPEC";
        TypeVarTuple = 9, "INTRINSIC_TYPEVARTUPLE";
        SubscriptGeneric = 10, "INTRINSIC_SUBSCRIPT_GENERIC";
        TypeAlias = 11, "INTRINSIC_TYPEALIAS";
    }
}

numbered! {
    /// The operand of `CALL_INTRINSIC_2`.
    Intrinsic2 {
        Invalid = 0, "INTRINSIC_2_INVALID";
        PrepReraiseStar = 1, "INTRINSIC_PREP_RERAISE_STAR";
        TypeVarWithBound = 2, "INTRINSIC_TYPEVAR_WITH_BOUND";
        TypeVarWithConstraints = 3, "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS";
        SetFunctionTypeParams = 4, "INTRINSIC_SET_FUNCTION_TYPE_PARAMS";
        SetTypeParamDefault = 5, "INTRINSIC_SET_TYPEPARAM_DEFAULT";
    }
}

numbered! {
    /// The operand of `LOAD_SPECIAL`.
    SpecialMethod {
        Enter = 0, "__enter__";
        Exit = 1, "__exit__";
        AEnter = 2, "__aenter__";
        AExit = 3, "__aexit__";
    }
}

numbered! {
    /// The operand of `LOAD_COMMON_CONSTANT`: a built-in object.
    CommonConstant {
        AssertionError = 0, "AssertionError";
        NotImplementedError = 1, "NotImplementedError";
        Tuple = 2, "tuple";
        All = 3, "all";
        Any = 4, "any";
    }
}

numbered! {
    /// `oparg >> 5` of `COMPARE_OP`, in the order of the C API's `Py_LT` … `Py_GE`.
    Comparison {
        Less = 0, "<";
        LessEqual = 1, "<=";
        Equal = 2, "==";
        NotEqual = 3, "!=";
        Greater = 4, ">";
        GreaterEqual = 5, ">=";
    }
}

impl Comparison {
    /// Bit 4 of `COMPARE_OP`'s operand: the result is to be an exact bool.
    pub const TO_BOOL: u32 = 16;

    /// The operand that code generation emits: the number, and a mask of the outcomes (unordered 1,
    /// less 2, greater 4, equal 8) for which it is true, which specialised forms use.
    #[must_use]
    pub const fn oparg(self) -> u32 {
        let mask = match self {
            Self::Less => 2,
            Self::LessEqual => 2 | 8,
            Self::Equal => 8,
            Self::NotEqual => 1 | 2 | 4,
            Self::Greater => 4,
            Self::GreaterEqual => 4 | 8,
        };
        (self as u32) << 5 | mask
    }
}

/// `oparg & RESUME_LOCATION_MASK` of `RESUME`: where the frame starts or resumes.
pub mod resume {
    /// At the start of a function.
    pub const AT_FUNC_START: u32 = 0;
    /// After `yield`.
    pub const AFTER_YIELD: u32 = 1;
    /// After `yield from`.
    pub const AFTER_YIELD_FROM: u32 = 2;
    /// After `await`.
    pub const AFTER_AWAIT: u32 = 3;
    /// The bits that hold the location.
    pub const LOCATION_MASK: u32 = 3;
    /// The yield is one exception handler deep: only the generator's own StopIteration wrapper.
    pub const EXCEPT_DEPTH1_MASK: u32 = 4;
}

/// Bits of `SET_FUNCTION_ATTRIBUTE`.
pub mod function_attribute {
    /// Tuple of positional defaults.
    pub const DEFAULTS: u32 = 1;
    /// Dict of keyword-only defaults.
    pub const KWDEFAULTS: u32 = 2;
    /// Annotations.
    pub const ANNOTATIONS: u32 = 4;
    /// Closure tuple.
    pub const CLOSURE: u32 = 8;
    /// The `__annotate__` function.
    pub const ANNOTATE: u32 = 16;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparison_operands() {
        let all: Vec<u32> = Comparison::ALL.iter().map(|(op, _)| op.oparg()).collect();
        assert_eq!(all, [2, 42, 72, 103, 132, 172]);
    }
}
