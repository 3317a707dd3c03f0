//! The one table of instructions: the only place where an opcode number, an inline-cache size or a stack
//! effect is written. Everything else (enums, names, effects, families, the interpreter's dispatch) is
//! generated from it by handing a callback macro to [`for_each_instruction!`](crate::for_each_instruction).

/// Calls `$callback!` with the whole table, in four groups:
///
/// - `instructions { /// doc NAME = number, caches N, (|oparg| popped) => (|oparg| pushed), [FLAGS]; … }`:
///   the instructions a compiler emits or that stand alone. Effects are `fn(i64) -> i64` of the operand.
/// - `specialized { NAME = number of FAMILY, [FLAGS]; … }`: quickened forms; caches and stack effect are the family's.
/// - `instrumented { NAME = number of BASE, [FLAGS]; … }`: forms with monitoring events.
/// - `pseudo { /// doc NAME = number, (popped) => (pushed), [FLAGS], [REAL…]; … }`: exist only inside the
///   compiler, with the real instructions they turn into. The effects of the block-pushing ones (flag `EXC`)
///   are those on entry to the handler; on the fall-through path they have none.
///
/// The flags are the constants of [`InstructionFlags`](crate::InstructionFlags).
#[macro_export]
macro_rules! for_each_instruction {
    ($callback:path) => {
        $callback! {
            instructions {
                /// A 16-bit inline-cache entry; never executed.
                CACHE = 0, caches 0, (|_| 0) => (|_| 0), [];
                /// `container[start:stop]`.
                BINARY_SLICE = 1, caches 0, (|_| 3) => (|_| 1), [ERROR ESCAPES];
                /// Template string from a tuple of strings and a tuple of interpolations.
                BUILD_TEMPLATE = 2, caches 0, (|_| 2) => (|_| 1), [ERROR ESCAPES];
                /// `callable(*args, **kwargs)`; kwargs may be NULL.
                CALL_FUNCTION_EX = 4, caches 0, (|_| 4) => (|_| 1), [EVAL_BREAK ERROR ESCAPES];
                /// `except*` match: (exception, type) to (rest, match).
                CHECK_EG_MATCH = 5, caches 0, (|_| 2) => (|_| 2), [ERROR ESCAPES];
                /// `except` match: (exception, type) to (exception, bool).
                CHECK_EXC_MATCH = 6, caches 0, (|_| 2) => (|_| 2), [ERROR ESCAPES];
                /// End of a `throw()` into a delegating generator.
                CLEANUP_THROW = 7, caches 0, (|_| 3) => (|_| 2), [ERROR ESCAPES];
                /// `del container[key]`.
                DELETE_SUBSCR = 8, caches 0, (|_| 2) => (|_| 0), [ERROR ESCAPES];
                /// Drop the NULL that an exhausted `FOR_ITER` left.
                END_FOR = 9, caches 0, (|_| 1) => (|_| 0), [ESCAPES PURE];
                /// (receiver, value) to value.
                END_SEND = 10, caches 0, (|_| 2) => (|_| 1), [ESCAPES PURE];
                /// `__init__` must have returned None.
                EXIT_INIT_CHECK = 11, caches 0, (|_| 1) => (|_| 0), [ERROR ESCAPES];
                /// `format(value, '')`.
                FORMAT_SIMPLE = 12, caches 0, (|_| 1) => (|_| 1), [ERROR ESCAPES];
                /// `format(value, spec)`.
                FORMAT_WITH_SPEC = 13, caches 0, (|_| 2) => (|_| 1), [ERROR ESCAPES];
                /// `aiter(value)`.
                GET_AITER = 14, caches 0, (|_| 1) => (|_| 1), [ERROR ESCAPES];
                /// Awaitable for `anext(aiter)`, over the iterator.
                GET_ANEXT = 15, caches 0, (|_| 1) => (|_| 2), [ERROR ESCAPES];
                /// `iter(value)`.
                GET_ITER = 16, caches 0, (|_| 1) => (|_| 1), [ERROR ESCAPES];
                /// Kept free for the interpreter's own use; never emitted.
                RESERVED = 17, caches 0, (|_| 0) => (|_| 0), [];
                /// Push `len(top)`.
                GET_LEN = 18, caches 0, (|_| 1) => (|_| 2), [ERROR ESCAPES];
                /// `iter(value)`, with a coroutine passed through where allowed.
                GET_YIELD_FROM_ITER = 19, caches 0, (|_| 1) => (|_| 1), [ERROR ESCAPES];
                /// Leave the evaluation loop with the value.
                INTERPRETER_EXIT = 20, caches 0, (|_| 1) => (|_| 0), [];
                /// `builtins.__build_class__`.
                LOAD_BUILD_CLASS = 21, caches 0, (|_| 0) => (|_| 1), [ERROR ESCAPES];
                /// The namespace of local names.
                LOAD_LOCALS = 22, caches 0, (|_| 0) => (|_| 1), [ERROR ESCAPES];
                /// Function from a code object.
                MAKE_FUNCTION = 23, caches 0, (|_| 1) => (|_| 1), [ERROR ESCAPES];
                /// Push the tuple of values for a mapping pattern's keys, or None.
                MATCH_KEYS = 24, caches 0, (|_| 2) => (|_| 3), [ERROR ESCAPES];
                /// Push whether the subject is a mapping.
                MATCH_MAPPING = 25, caches 0, (|_| 1) => (|_| 2), [];
                /// Push whether the subject is a sequence.
                MATCH_SEQUENCE = 26, caches 0, (|_| 1) => (|_| 2), [];
                /// Nothing; keeps a line number.
                NOP = 27, caches 0, (|_| 0) => (|_| 0), [PURE];
                /// Marks a branch's fall-through side, for monitoring.
                NOT_TAKEN = 28, caches 0, (|_| 0) => (|_| 0), [];
                /// Restore the previous handled exception.
                POP_EXCEPT = 29, caches 0, (|_| 1) => (|_| 0), [ESCAPES];
                /// Drop the iterator of a finished loop.
                POP_ITER = 30, caches 0, (|_| 1) => (|_| 0), [ESCAPES];
                /// Drop a value.
                POP_TOP = 31, caches 0, (|_| 1) => (|_| 0), [ESCAPES PURE];
                /// Make the exception the handled one; the previous one goes under it.
                PUSH_EXC_INFO = 32, caches 0, (|_| 1) => (|_| 2), [];
                /// Push NULL: the self slot of a plain call.
                PUSH_NULL = 33, caches 0, (|_| 0) => (|_| 1), [PURE];
                /// Make the generator from this frame and return it to the caller.
                RETURN_GENERATOR = 34, caches 0, (|_| 0) => (|_| 1), [ERROR ESCAPES];
                /// Return the value to the calling frame.
                RETURN_VALUE = 35, caches 0, (|_| 1) => (|_| 1), [];
                /// Make `__annotations__` if the namespace has none.
                SETUP_ANNOTATIONS = 36, caches 0, (|_| 0) => (|_| 0), [ERROR ESCAPES];
                /// `container[start:stop] = value`.
                STORE_SLICE = 37, caches 0, (|_| 4) => (|_| 0), [ERROR ESCAPES];
                /// `container[key] = value`.
                STORE_SUBSCR = 38, caches 1, (|_| 3) => (|_| 0), [ERROR ESCAPES];
                /// `bool(value)`.
                TO_BOOL = 39, caches 3, (|_| 1) => (|_| 1), [ERROR ESCAPES];
                /// `~value`.
                UNARY_INVERT = 40, caches 0, (|_| 1) => (|_| 1), [ERROR ESCAPES];
                /// `-value`.
                UNARY_NEGATIVE = 41, caches 0, (|_| 1) => (|_| 1), [ERROR ESCAPES];
                /// `not value`, of an exact bool.
                UNARY_NOT = 42, caches 0, (|_| 1) => (|_| 1), [PURE];
                /// Call `__exit__` with the exception; push its answer.
                WITH_EXCEPT_START = 43, caches 0, (|_| 5) => (|_| 6), [ERROR ESCAPES];
                /// `lhs OP rhs`; oparg numbers the operation (see `BinaryOperator`).
                BINARY_OP = 44, caches 5, (|_| 2) => (|_| 1), [ARG ERROR ESCAPES];
                /// Interpolation of a template string.
                BUILD_INTERPOLATION = 45, caches 0, (|oparg| 2 + (oparg & 1)) => (|_| 1), [ARG ERROR ESCAPES];
                /// List of the topmost values.
                BUILD_LIST = 46, caches 0, (|oparg| oparg) => (|_| 1), [ARG ERROR];
                /// Dict of the topmost key-value pairs.
                BUILD_MAP = 47, caches 0, (|oparg| 2 * oparg) => (|_| 1), [ARG ERROR ESCAPES];
                /// Set of the topmost values.
                BUILD_SET = 48, caches 0, (|oparg| oparg) => (|_| 1), [ARG ERROR ESCAPES];
                /// `slice` of two or three values.
                BUILD_SLICE = 49, caches 0, (|oparg| oparg) => (|_| 1), [ARG ERROR ESCAPES];
                /// Concatenation of the topmost strings.
                BUILD_STRING = 50, caches 0, (|oparg| oparg) => (|_| 1), [ARG ERROR ESCAPES];
                /// Tuple of the topmost values.
                BUILD_TUPLE = 51, caches 0, (|oparg| oparg) => (|_| 1), [ARG ERROR];
                /// Call with positional arguments; self or NULL under them.
                CALL = 52, caches 3, (|oparg| 2 + oparg) => (|_| 1), [ARG EVAL_BREAK ERROR ESCAPES];
                /// A one-argument internal function (see `Intrinsic1`).
                CALL_INTRINSIC_1 = 53, caches 0, (|_| 1) => (|_| 1), [ARG ERROR ESCAPES];
                /// A two-argument internal function (see `Intrinsic2`).
                CALL_INTRINSIC_2 = 54, caches 0, (|_| 2) => (|_| 1), [ARG ERROR ESCAPES];
                /// Call with the tuple of keyword names on top.
                CALL_KW = 55, caches 3, (|oparg| 3 + oparg) => (|_| 1), [ARG EVAL_BREAK ERROR ESCAPES];
                /// `lhs CMP rhs`; `oparg >> 5` numbers it, bit 4 asks for an exact bool.
                COMPARE_OP = 56, caches 1, (|_| 2) => (|_| 1), [ARG ERROR ESCAPES];
                /// `lhs in rhs`, negated by oparg.
                CONTAINS_OP = 57, caches 1, (|_| 2) => (|_| 1), [ARG ERROR ESCAPES];
                /// `str`, `repr` or `ascii` (1, 2, 3) for `!s`, `!r`, `!a`.
                CONVERT_VALUE = 58, caches 0, (|_| 1) => (|_| 1), [ARG ERROR ESCAPES];
                /// Push a copy of the oparg-th value from the top.
                COPY = 59, caches 0, (|oparg| 1 + (oparg - 1)) => (|oparg| 2 + (oparg - 1)), [ARG PURE];
                /// Copy the closure's cells into the frame.
                COPY_FREE_VARS = 60, caches 0, (|_| 0) => (|_| 0), [ARG];
                /// `del owner.name`.
                DELETE_ATTR = 61, caches 0, (|_| 1) => (|_| 0), [ARG NAME ERROR ESCAPES];
                /// Empty a cell.
                DELETE_DEREF = 62, caches 0, (|_| 0) => (|_| 0), [ARG FREE ERROR ESCAPES];
                /// Unbind a local.
                DELETE_FAST = 63, caches 0, (|_| 0) => (|_| 0), [ARG LOCAL ERROR ESCAPES];
                /// Unbind a global name.
                DELETE_GLOBAL = 64, caches 0, (|_| 0) => (|_| 0), [ARG NAME ERROR ESCAPES];
                /// Unbind a name in the local namespace.
                DELETE_NAME = 65, caches 0, (|_| 0) => (|_| 0), [ARG NAME ERROR ESCAPES];
                /// `**mapping` into a call's keyword dict; duplicates are an error.
                DICT_MERGE = 66, caches 0, (|oparg| 5 + (oparg - 1)) => (|oparg| 4 + (oparg - 1)), [ARG ERROR ESCAPES];
                /// `{**mapping}`.
                DICT_UPDATE = 67, caches 0, (|oparg| 2 + (oparg - 1)) => (|oparg| 1 + (oparg - 1)), [ARG ERROR ESCAPES];
                /// Swallow StopAsyncIteration, or raise again.
                END_ASYNC_FOR = 68, caches 0, (|_| 2) => (|_| 0), [ARG JUMP ERROR ESCAPES];
                /// The next instruction's higher operand bits.
                EXTENDED_ARG = 69, caches 0, (|_| 0) => (|_| 0), [ARG];
                /// `next(iterator)`; when exhausted, jump to the loop's END_FOR.
                FOR_ITER = 70, caches 1, (|_| 1) => (|_| 2), [ARG JUMP ERROR ESCAPES];
                /// The awaitable's iterator.
                GET_AWAITABLE = 71, caches 0, (|_| 1) => (|_| 1), [ARG ERROR ESCAPES];
                /// Push `module.name`.
                IMPORT_FROM = 72, caches 0, (|_| 1) => (|_| 2), [ARG NAME ERROR ESCAPES];
                /// `__import__` with level and from-list.
                IMPORT_NAME = 73, caches 0, (|_| 2) => (|_| 1), [ARG NAME ERROR ESCAPES];
                /// `lhs is rhs`, negated by oparg.
                IS_OP = 74, caches 0, (|_| 2) => (|_| 1), [ARG ESCAPES];
                /// Loop; polls the eval breaker.
                JUMP_BACKWARD = 75, caches 1, (|_| 0) => (|_| 0), [ARG JUMP EVAL_BREAK ERROR ESCAPES];
                /// Loop without polling.
                JUMP_BACKWARD_NO_INTERRUPT = 76, caches 0, (|_| 0) => (|_| 0), [ARG JUMP];
                /// Jump.
                JUMP_FORWARD = 77, caches 0, (|_| 0) => (|_| 0), [ARG JUMP];
                /// Append to a comprehension's list.
                LIST_APPEND = 78, caches 0, (|oparg| 2 + (oparg - 1)) => (|oparg| 1 + (oparg - 1)), [ARG ERROR ESCAPES];
                /// `[*iterable]`.
                LIST_EXTEND = 79, caches 0, (|oparg| 2 + (oparg - 1)) => (|oparg| 1 + (oparg - 1)), [ARG ERROR ESCAPES];
                /// `owner.name` of name `oparg >> 1`; with bit 0, method and self (or NULL).
                LOAD_ATTR = 80, caches 9, (|_| 1) => (|oparg| 1 + (oparg & 1)), [ARG NAME ERROR ESCAPES];
                /// One of `COMMON_CONSTANTS`.
                LOAD_COMMON_CONSTANT = 81, caches 0, (|_| 0) => (|_| 1), [ARG PURE];
                /// A constant of the code object.
                LOAD_CONST = 82, caches 0, (|_| 0) => (|_| 1), [ARG CONST PURE];
                /// A cell's value.
                LOAD_DEREF = 83, caches 0, (|_| 0) => (|_| 1), [ARG LOCAL ERROR];
                /// A local known to be bound.
                LOAD_FAST = 84, caches 0, (|_| 0) => (|_| 1), [ARG LOCAL PURE];
                /// Move a local out, NULL if unbound.
                LOAD_FAST_AND_CLEAR = 85, caches 0, (|_| 0) => (|_| 1), [ARG LOCAL PURE];
                /// A local that outlives its use on the stack.
                LOAD_FAST_BORROW = 86, caches 0, (|_| 0) => (|_| 1), [ARG LOCAL];
                /// Two borrowed locals: `oparg >> 4`, `oparg & 15`.
                LOAD_FAST_BORROW_LOAD_FAST_BORROW = 87, caches 0, (|_| 0) => (|_| 2), [ARG LOCAL];
                /// A local that may be unbound.
                LOAD_FAST_CHECK = 88, caches 0, (|_| 0) => (|_| 1), [ARG LOCAL ERROR];
                /// Two locals: `oparg >> 4`, `oparg & 15`.
                LOAD_FAST_LOAD_FAST = 89, caches 0, (|_| 0) => (|_| 2), [ARG LOCAL];
                /// A name in the mapping, else the cell's value.
                LOAD_FROM_DICT_OR_DEREF = 90, caches 0, (|_| 1) => (|_| 1), [ARG FREE ERROR ESCAPES];
                /// A name in the mapping, else the globals, else the builtins.
                LOAD_FROM_DICT_OR_GLOBALS = 91, caches 0, (|_| 1) => (|_| 1), [ARG NAME ERROR ESCAPES];
                /// Global or builtin of name `oparg >> 1`; with bit 0 a NULL over it.
                LOAD_GLOBAL = 92, caches 4, (|_| 0) => (|oparg| 1 + (oparg & 1)), [ARG NAME ERROR ESCAPES];
                /// A name from locals, globals or builtins.
                LOAD_NAME = 93, caches 0, (|_| 0) => (|_| 1), [ARG NAME ERROR ESCAPES];
                /// The int oparg, 0 to 255.
                LOAD_SMALL_INT = 94, caches 0, (|_| 0) => (|_| 1), [ARG PURE];
                /// A special method (see `SPECIAL_METHODS`) and its self (or NULL).
                LOAD_SPECIAL = 95, caches 0, (|_| 1) => (|_| 2), [ARG ERROR ESCAPES];
                /// `super(class, self).name` of name `oparg >> 2`; bit 1 says two-argument `super`.
                LOAD_SUPER_ATTR = 96, caches 1, (|_| 3) => (|oparg| 1 + (oparg & 1)), [ARG NAME ERROR ESCAPES];
                /// Put a local into a new cell.
                MAKE_CELL = 97, caches 0, (|_| 0) => (|_| 0), [ARG FREE ERROR];
                /// Store into a comprehension's dict.
                MAP_ADD = 98, caches 0, (|oparg| 3 + (oparg - 1)) => (|oparg| 1 + (oparg - 1)), [ARG ERROR ESCAPES];
                /// Attribute tuple for a class pattern, or None.
                MATCH_CLASS = 99, caches 0, (|_| 3) => (|_| 1), [ARG ERROR ESCAPES];
                /// Jump if the exact bool is False.
                POP_JUMP_IF_FALSE = 100, caches 1, (|_| 1) => (|_| 0), [ARG JUMP];
                /// Jump if the value is None.
                POP_JUMP_IF_NONE = 101, caches 1, (|_| 1) => (|_| 0), [ARG JUMP ESCAPES];
                /// Jump if the value is not None.
                POP_JUMP_IF_NOT_NONE = 102, caches 1, (|_| 1) => (|_| 0), [ARG JUMP ESCAPES];
                /// Jump if the exact bool is True.
                POP_JUMP_IF_TRUE = 103, caches 1, (|_| 1) => (|_| 0), [ARG JUMP];
                /// `raise`, with exception and cause as oparg says.
                RAISE_VARARGS = 104, caches 0, (|oparg| oparg) => (|_| 0), [ARG ERROR ESCAPES];
                /// Raise the exception again; with oparg, the instruction offset to report is under it.
                RERAISE = 105, caches 0, (|oparg| 1 + oparg) => (|oparg| oparg), [ARG ERROR ESCAPES];
                /// `receiver.send(value)`; when finished, jump with the result.
                SEND = 106, caches 1, (|_| 2) => (|_| 2), [ARG JUMP ERROR ESCAPES];
                /// Add to a comprehension's set.
                SET_ADD = 107, caches 0, (|oparg| 2 + (oparg - 1)) => (|oparg| 1 + (oparg - 1)), [ARG ERROR ESCAPES];
                /// Defaults, annotations or closure of a new function; oparg is one `MAKE_FUNCTION` bit.
                SET_FUNCTION_ATTRIBUTE = 108, caches 0, (|_| 2) => (|_| 1), [ARG];
                /// `{*iterable}`.
                SET_UPDATE = 109, caches 0, (|oparg| 2 + (oparg - 1)) => (|oparg| 1 + (oparg - 1)), [ARG ERROR ESCAPES];
                /// `owner.name = value`.
                STORE_ATTR = 110, caches 4, (|_| 2) => (|_| 0), [ARG NAME ERROR ESCAPES];
                /// Set a cell.
                STORE_DEREF = 111, caches 0, (|_| 1) => (|_| 0), [ARG FREE ERROR ESCAPES];
                /// Bind a local.
                STORE_FAST = 112, caches 0, (|_| 1) => (|_| 0), [ARG LOCAL ESCAPES];
                /// Bind local `oparg >> 4`, push local `oparg & 15`.
                STORE_FAST_LOAD_FAST = 113, caches 0, (|_| 1) => (|_| 1), [ARG LOCAL ESCAPES];
                /// Bind local `oparg >> 4` (top), then `oparg & 15`.
                STORE_FAST_STORE_FAST = 114, caches 0, (|_| 2) => (|_| 0), [ARG LOCAL ESCAPES];
                /// Bind a global name.
                STORE_GLOBAL = 115, caches 0, (|_| 1) => (|_| 0), [ARG NAME ERROR ESCAPES];
                /// Bind a name in the local namespace.
                STORE_NAME = 116, caches 0, (|_| 1) => (|_| 0), [ARG NAME ERROR ESCAPES];
                /// Exchange the top with the oparg-th value.
                SWAP = 117, caches 0, (|oparg| 2 + (oparg - 2)) => (|oparg| 2 + (oparg - 2)), [ARG PURE];
                /// Starred unpacking: `oparg & 255` before the list, `oparg >> 8` after it.
                UNPACK_EX = 118, caches 0, (|_| 1) => (|oparg| 1 + (oparg & 0xFF) + (oparg >> 8)), [ARG ERROR ESCAPES];
                /// Exact unpacking.
                UNPACK_SEQUENCE = 119, caches 1, (|_| 1) => (|oparg| oparg), [ARG ERROR ESCAPES];
                /// Yield the value to the caller; the sent value comes back.
                YIELD_VALUE = 120, caches 0, (|_| 1) => (|_| 1), [ARG];
                /// Start or resumption of a frame (`oparg & 3` says which); polls the eval breaker.
                RESUME = 128, caches 0, (|_| 0) => (|_| 0), [ARG EVAL_BREAK ERROR ESCAPES];
                /// A line-event probe standing in for another instruction.
                INSTRUMENTED_LINE = 254, caches 0, (|_| 0) => (|_| 0), [];
                /// A probe for instruction events standing in for another instruction.
                INSTRUMENTED_INSTRUCTION = 238, caches 0, (|_| 0) => (|_| 0), [ERROR ESCAPES];
                /// Jump into compiled code that stands in for another instruction.
                ENTER_EXECUTOR = 255, caches 0, (|_| 0) => (|_| 0), [ARG];
            }
            specialized {
                RESUME_CHECK = 196 of RESUME, [DEOPT];
                LOAD_CONST_MORTAL = 191 of LOAD_CONST, [ARG CONST];
                LOAD_CONST_IMMORTAL = 190 of LOAD_CONST, [ARG CONST];
                TO_BOOL_ALWAYS_TRUE = 203 of TO_BOOL, [ESCAPES DEOPT];
                TO_BOOL_BOOL = 204 of TO_BOOL, [DEOPT];
                TO_BOOL_INT = 205 of TO_BOOL, [ESCAPES DEOPT];
                TO_BOOL_LIST = 206 of TO_BOOL, [ESCAPES DEOPT];
                TO_BOOL_NONE = 207 of TO_BOOL, [DEOPT];
                TO_BOOL_STR = 208 of TO_BOOL, [ESCAPES DEOPT];
                BINARY_OP_MULTIPLY_INT = 134 of BINARY_OP, [ERROR DEOPT];
                BINARY_OP_ADD_INT = 130 of BINARY_OP, [ERROR DEOPT];
                BINARY_OP_SUBTRACT_INT = 142 of BINARY_OP, [ERROR DEOPT];
                BINARY_OP_MULTIPLY_FLOAT = 133 of BINARY_OP, [ERROR DEOPT];
                BINARY_OP_ADD_FLOAT = 129 of BINARY_OP, [ERROR DEOPT];
                BINARY_OP_SUBTRACT_FLOAT = 141 of BINARY_OP, [ERROR DEOPT];
                BINARY_OP_ADD_UNICODE = 131 of BINARY_OP, [ERROR DEOPT];
                BINARY_OP_SUBSCR_LIST_INT = 137 of BINARY_OP, [ESCAPES DEOPT];
                BINARY_OP_SUBSCR_LIST_SLICE = 138 of BINARY_OP, [ERROR ESCAPES DEOPT];
                BINARY_OP_SUBSCR_TUPLE_INT = 140 of BINARY_OP, [ESCAPES DEOPT];
                BINARY_OP_SUBSCR_STR_INT = 139 of BINARY_OP, [ESCAPES DEOPT];
                BINARY_OP_SUBSCR_DICT = 135 of BINARY_OP, [ERROR ESCAPES DEOPT];
                BINARY_OP_SUBSCR_GETITEM = 136 of BINARY_OP, [ERROR ESCAPES DEOPT];
                BINARY_OP_EXTEND = 132 of BINARY_OP, [ERROR ESCAPES DEOPT];
                BINARY_OP_INPLACE_ADD_UNICODE = 3 of BINARY_OP, [LOCAL ERROR ESCAPES DEOPT];
                STORE_SUBSCR_DICT = 201 of STORE_SUBSCR, [ERROR ESCAPES DEOPT];
                STORE_SUBSCR_LIST_INT = 202 of STORE_SUBSCR, [ESCAPES DEOPT];
                SEND_GEN = 197 of SEND, [ARG ERROR ESCAPES DEOPT];
                UNPACK_SEQUENCE_TWO_TUPLE = 211 of UNPACK_SEQUENCE, [ARG ESCAPES DEOPT];
                UNPACK_SEQUENCE_TUPLE = 210 of UNPACK_SEQUENCE, [ARG ESCAPES DEOPT];
                UNPACK_SEQUENCE_LIST = 209 of UNPACK_SEQUENCE, [ARG ESCAPES DEOPT];
                STORE_ATTR_INSTANCE_VALUE = 198 of STORE_ATTR, [ESCAPES DEOPT];
                STORE_ATTR_SLOT = 199 of STORE_ATTR, [ESCAPES DEOPT];
                STORE_ATTR_WITH_HINT = 200 of STORE_ATTR, [ARG NAME ESCAPES DEOPT];
                LOAD_GLOBAL_MODULE = 193 of LOAD_GLOBAL, [ARG DEOPT];
                LOAD_GLOBAL_BUILTIN = 192 of LOAD_GLOBAL, [ARG DEOPT];
                LOAD_SUPER_ATTR_ATTR = 194 of LOAD_SUPER_ATTR, [ARG NAME ERROR ESCAPES DEOPT];
                LOAD_SUPER_ATTR_METHOD = 195 of LOAD_SUPER_ATTR, [ARG NAME ERROR ESCAPES DEOPT];
                LOAD_ATTR_INSTANCE_VALUE = 180 of LOAD_ATTR, [ARG ESCAPES DEOPT];
                LOAD_ATTR_MODULE = 184 of LOAD_ATTR, [ARG ESCAPES DEOPT];
                LOAD_ATTR_WITH_HINT = 189 of LOAD_ATTR, [ARG NAME ESCAPES DEOPT];
                LOAD_ATTR_SLOT = 188 of LOAD_ATTR, [ARG ESCAPES DEOPT];
                LOAD_ATTR_CLASS = 177 of LOAD_ATTR, [ARG ESCAPES DEOPT];
                LOAD_ATTR_CLASS_WITH_METACLASS_CHECK = 178 of LOAD_ATTR, [ARG ESCAPES DEOPT];
                LOAD_ATTR_PROPERTY = 187 of LOAD_ATTR, [ARG ERROR ESCAPES DEOPT];
                LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN = 179 of LOAD_ATTR, [ARG NAME ERROR ESCAPES DEOPT];
                LOAD_ATTR_METHOD_WITH_VALUES = 183 of LOAD_ATTR, [ARG DEOPT];
                LOAD_ATTR_METHOD_NO_DICT = 182 of LOAD_ATTR, [ARG DEOPT];
                LOAD_ATTR_METHOD_LAZY_DICT = 181 of LOAD_ATTR, [ARG DEOPT];
                LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES = 186 of LOAD_ATTR, [ARG ESCAPES DEOPT];
                LOAD_ATTR_NONDESCRIPTOR_NO_DICT = 185 of LOAD_ATTR, [ARG ESCAPES DEOPT];
                COMPARE_OP_FLOAT = 166 of COMPARE_OP, [ARG DEOPT];
                COMPARE_OP_INT = 167 of COMPARE_OP, [ARG DEOPT];
                COMPARE_OP_STR = 168 of COMPARE_OP, [ARG DEOPT];
                CONTAINS_OP_SET = 170 of CONTAINS_OP, [ARG ERROR ESCAPES DEOPT];
                CONTAINS_OP_DICT = 169 of CONTAINS_OP, [ARG ERROR ESCAPES DEOPT];
                JUMP_BACKWARD_NO_JIT = 176 of JUMP_BACKWARD, [ARG JUMP EVAL_BREAK ERROR ESCAPES];
                JUMP_BACKWARD_JIT = 175 of JUMP_BACKWARD, [ARG JUMP EVAL_BREAK ERROR ESCAPES];
                FOR_ITER_LIST = 172 of FOR_ITER, [ARG JUMP DEOPT];
                FOR_ITER_TUPLE = 174 of FOR_ITER, [ARG JUMP DEOPT];
                FOR_ITER_RANGE = 173 of FOR_ITER, [ARG JUMP ERROR DEOPT];
                FOR_ITER_GEN = 171 of FOR_ITER, [ARG ERROR ESCAPES DEOPT];
                CALL_BOUND_METHOD_EXACT_ARGS = 144 of CALL, [ARG ERROR DEOPT];
                CALL_PY_EXACT_ARGS = 161 of CALL, [ARG ERROR DEOPT];
                CALL_TYPE_1 = 165 of CALL, [ARG ESCAPES DEOPT];
                CALL_STR_1 = 163 of CALL, [ARG EVAL_BREAK ERROR ESCAPES DEOPT];
                CALL_TUPLE_1 = 164 of CALL, [ARG EVAL_BREAK ERROR ESCAPES DEOPT];
                CALL_BUILTIN_CLASS = 146 of CALL, [ARG EVAL_BREAK ERROR ESCAPES DEOPT];
                CALL_BUILTIN_O = 149 of CALL, [ARG EVAL_BREAK ERROR ESCAPES DEOPT];
                CALL_BUILTIN_FAST = 147 of CALL, [ARG EVAL_BREAK ERROR ESCAPES DEOPT];
                CALL_BUILTIN_FAST_WITH_KEYWORDS = 148 of CALL, [ARG EVAL_BREAK ERROR ESCAPES DEOPT];
                CALL_LEN = 154 of CALL, [ERROR ESCAPES DEOPT];
                CALL_ISINSTANCE = 150 of CALL, [ARG ERROR ESCAPES DEOPT];
                CALL_LIST_APPEND = 155 of CALL, [ARG ERROR ESCAPES DEOPT];
                CALL_METHOD_DESCRIPTOR_O = 159 of CALL, [ARG EVAL_BREAK ERROR ESCAPES DEOPT];
                CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS = 157 of CALL, [ARG EVAL_BREAK ERROR ESCAPES DEOPT];
                CALL_METHOD_DESCRIPTOR_NOARGS = 158 of CALL, [ARG EVAL_BREAK ERROR ESCAPES DEOPT];
                CALL_METHOD_DESCRIPTOR_FAST = 156 of CALL, [ARG EVAL_BREAK ERROR ESCAPES DEOPT];
                CALL_ALLOC_AND_ENTER_INIT = 143 of CALL, [ARG ERROR ESCAPES DEOPT];
                CALL_PY_GENERAL = 162 of CALL, [ARG ERROR ESCAPES DEOPT];
                CALL_BOUND_METHOD_GENERAL = 145 of CALL, [ARG ERROR ESCAPES DEOPT];
                CALL_NON_PY_GENERAL = 160 of CALL, [ARG EVAL_BREAK ERROR ESCAPES DEOPT];
                CALL_KW_BOUND_METHOD = 151 of CALL_KW, [ARG ERROR ESCAPES DEOPT];
                CALL_KW_PY = 153 of CALL_KW, [ARG ERROR ESCAPES DEOPT];
                CALL_KW_NON_PY = 152 of CALL_KW, [ARG EVAL_BREAK ERROR ESCAPES DEOPT];
            }
            instrumented {
                INSTRUMENTED_END_FOR = 234 of END_FOR, [ERROR ESCAPES];
                INSTRUMENTED_POP_ITER = 235 of POP_ITER, [ESCAPES];
                INSTRUMENTED_END_SEND = 236 of END_SEND, [ERROR ESCAPES];
                INSTRUMENTED_FOR_ITER = 237 of FOR_ITER, [ARG JUMP ERROR ESCAPES];
                INSTRUMENTED_JUMP_FORWARD = 239 of JUMP_FORWARD, [ARG ESCAPES];
                INSTRUMENTED_NOT_TAKEN = 240 of NOT_TAKEN, [ESCAPES];
                INSTRUMENTED_POP_JUMP_IF_TRUE = 241 of POP_JUMP_IF_TRUE, [ARG ESCAPES];
                INSTRUMENTED_POP_JUMP_IF_FALSE = 242 of POP_JUMP_IF_FALSE, [ARG ESCAPES];
                INSTRUMENTED_POP_JUMP_IF_NONE = 243 of POP_JUMP_IF_NONE, [ARG ESCAPES];
                INSTRUMENTED_POP_JUMP_IF_NOT_NONE = 244 of POP_JUMP_IF_NOT_NONE, [ARG ESCAPES];
                INSTRUMENTED_RESUME = 245 of RESUME, [ARG EVAL_BREAK ERROR ESCAPES];
                INSTRUMENTED_RETURN_VALUE = 246 of RETURN_VALUE, [ERROR ESCAPES];
                INSTRUMENTED_YIELD_VALUE = 247 of YIELD_VALUE, [ARG ERROR ESCAPES];
                INSTRUMENTED_END_ASYNC_FOR = 248 of END_ASYNC_FOR, [ARG JUMP ERROR ESCAPES];
                INSTRUMENTED_LOAD_SUPER_ATTR = 249 of LOAD_SUPER_ATTR, [ARG NAME ERROR ESCAPES];
                INSTRUMENTED_CALL = 250 of CALL, [ARG EVAL_BREAK ERROR ESCAPES];
                INSTRUMENTED_CALL_KW = 251 of CALL_KW, [ARG EVAL_BREAK ERROR ESCAPES];
                INSTRUMENTED_CALL_FUNCTION_EX = 252 of CALL_FUNCTION_EX, [EVAL_BREAK ERROR ESCAPES];
                INSTRUMENTED_JUMP_BACKWARD = 253 of JUMP_BACKWARD, [ARG EVAL_BREAK ERROR ESCAPES];
            }
            pseudo {
                /// Where module annotation set-up goes.
                ANNOTATIONS_PLACEHOLDER = 256, (|_| 0) => (|_| 0), [], [NOP];
                /// Jump in either direction.
                JUMP = 257, (|_| 0) => (|_| 0), [ARG JUMP EVAL_BREAK], [JUMP_FORWARD JUMP_BACKWARD];
                /// Jump if false, keeping the value.
                JUMP_IF_FALSE = 258, (|_| 1) => (|_| 1), [ARG JUMP], [COPY TO_BOOL POP_JUMP_IF_FALSE];
                /// Jump if true, keeping the value.
                JUMP_IF_TRUE = 259, (|_| 1) => (|_| 1), [ARG JUMP], [COPY TO_BOOL POP_JUMP_IF_TRUE];
                /// Jump in either direction without polling.
                JUMP_NO_INTERRUPT = 260, (|_| 0) => (|_| 0), [ARG JUMP], [JUMP_FORWARD JUMP_BACKWARD_NO_INTERRUPT];
                /// The cell itself.
                LOAD_CLOSURE = 261, (|_| 0) => (|_| 1), [ARG LOCAL], [LOAD_FAST];
                /// End of the innermost protected region.
                POP_BLOCK = 262, (|_| 0) => (|_| 0), [], [NOP];
                /// Start of a region whose handler gets instruction offset and exception.
                SETUP_CLEANUP = 263, (|_| 0) => (|_| 2), [ARG EXC], [NOP];
                /// Start of a region whose handler gets the exception.
                SETUP_FINALLY = 264, (|_| 0) => (|_| 1), [ARG EXC], [NOP];
                /// As SETUP_CLEANUP, for `with`.
                SETUP_WITH = 265, (|_| 0) => (|_| 1), [ARG EXC], [NOP];
                /// Bind a local to a value that may be NULL.
                STORE_FAST_MAYBE_NULL = 266, (|_| 1) => (|_| 0), [ARG LOCAL], [STORE_FAST];
            }
        }
    };
}
