//! Instructions with monitoring events (PEP 669). Until `tracing` puts them into code they are never met; each behaves as the
//! instruction it stands for.

use crate::dispatch::Step;

macro_rules! as_base {
    ($($name:ident)*) => { instructions! { $(
        /// The base instruction.
        fn $name(cx, _) { let _ = cx; Step::Deopt }
    )* } };
}

as_base! {
    INSTRUMENTED_END_FOR INSTRUMENTED_POP_ITER INSTRUMENTED_END_SEND INSTRUMENTED_FOR_ITER INSTRUMENTED_JUMP_FORWARD
    INSTRUMENTED_NOT_TAKEN INSTRUMENTED_POP_JUMP_IF_TRUE INSTRUMENTED_POP_JUMP_IF_FALSE INSTRUMENTED_POP_JUMP_IF_NONE
    INSTRUMENTED_POP_JUMP_IF_NOT_NONE INSTRUMENTED_RESUME INSTRUMENTED_RETURN_VALUE INSTRUMENTED_YIELD_VALUE
    INSTRUMENTED_END_ASYNC_FOR INSTRUMENTED_LOAD_SUPER_ATTR INSTRUMENTED_CALL INSTRUMENTED_CALL_KW
    INSTRUMENTED_CALL_FUNCTION_EX INSTRUMENTED_JUMP_BACKWARD
}

instructions! {
    /// A line-event probe standing in for another instruction.
    fn INSTRUMENTED_LINE(cx, _) {
        let _ = krait_runtime::raise!(cx.py, SystemError, "line probe without monitoring");
        Step::Error
    }

    /// A probe for instruction events standing in for another instruction.
    fn INSTRUMENTED_INSTRUCTION(cx, _) {
        let _ = krait_runtime::raise!(cx.py, SystemError, "instruction probe without monitoring");
        Step::Error
    }
}
