//! Loads that may borrow: a local's value need not be counted on the stack if it is consumed within the block while
//! the local keeps it alive.

use krait_bytecode::AnyOpcode;

use super::graph::{BlockId, Graph, is_scope_exit, is_unconditional_jump};

/// A value on the abstract stack: the instruction of this block that pushed it and the local it came from.
#[derive(Clone, Copy)]
struct Value {
    source: Option<usize>,
    local: Option<u32>,
}

impl Value {
    const UNKNOWN: Self = Self { source: None, local: None };

    fn made_by(source: usize) -> Self {
        Self { source: Some(source), local: None }
    }
}

/// The abstract stack, and which instructions' values must own their reference.
struct State {
    stack: Vec<Value>,
    must_own: Vec<bool>,
}

impl State {
    fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or(Value::UNKNOWN)
    }

    fn push(&mut self, value: Value) {
        self.stack.push(value);
    }

    fn load(&mut self, source: usize, local: u32) {
        self.push(Value { source: Some(source), local: Some(local) });
    }

    fn own(&mut self, value: Value) {
        if let Some(mark) = value.source.and_then(|source| self.must_own.get_mut(source)) {
            *mark = true;
        }
    }

    /// The local lets go of its value: what was loaded from it loses its support.
    fn kill(&mut self, local: u32) {
        for position in 0..self.stack.len() {
            if self.stack[position].local == Some(local) {
                self.own(self.stack[position]);
            }
        }
    }

    fn store(&mut self, local: u32) {
        let value = self.pop();
        self.kill(local);
        self.own(value);
    }
}

/// Turns loads into borrowing ones where that is safe.
pub(super) fn optimize_load_fast(graph: &mut Graph) {
    graph.clear_visited();
    graph[BlockId::ENTRY].start_depth = 0;
    graph.visit(BlockId::ENTRY);
    let mut todo = vec![BlockId::ENTRY];
    let mut state = State { stack: Vec::new(), must_own: Vec::new() };
    while let Some(id) = todo.pop() {
        let depth = graph[id].start_depth.max(0) as usize;
        state.stack.clear();
        state.stack.resize(depth, Value::UNKNOWN);
        state.must_own.clear();
        state.must_own.resize(graph[id].instrs.len(), false);
        for i in 0..graph[id].instrs.len() {
            let instr = graph[id].instrs[i];
            execute(&mut state, i, instr.opcode, instr.oparg);
            if instr.opcode != AnyOpcode::END_ASYNC_FOR
                && let Some(target) = instr.target
                && graph.visit(target)
            {
                todo.push(target);
            }
        }
        let falls_through = graph[id]
            .last()
            .is_some_and(|last| !is_unconditional_jump(last.opcode) && !is_scope_exit(last.opcode));
        if let (true, Some(next)) = (falls_through, graph[id].next)
            && graph.visit(next)
        {
            todo.push(next);
        }
        for position in 0..state.stack.len() {
            state.own(state.stack[position]);
        }
        for (instr, &must_own) in graph[id].instrs.iter_mut().zip(&state.must_own) {
            if !must_own {
                instr.opcode = match instr.opcode {
                    AnyOpcode::LOAD_FAST => AnyOpcode::LOAD_FAST_BORROW,
                    AnyOpcode::LOAD_FAST_LOAD_FAST => AnyOpcode::LOAD_FAST_BORROW_LOAD_FAST_BORROW,
                    other => other,
                };
            }
        }
    }
}

fn execute(state: &mut State, i: usize, opcode: AnyOpcode, oparg: u32) {
    use AnyOpcode as Op;
    match opcode {
        Op::DELETE_FAST => state.kill(oparg),
        Op::LOAD_FAST => state.load(i, oparg),
        Op::LOAD_FAST_AND_CLEAR => {
            state.kill(oparg);
            state.load(i, oparg);
        }
        Op::LOAD_FAST_LOAD_FAST => {
            state.load(i, oparg >> 4);
            state.load(i, oparg & 15);
        }
        Op::STORE_FAST => state.store(oparg),
        Op::STORE_FAST_LOAD_FAST => {
            state.store(oparg >> 4);
            state.load(i, oparg & 15);
        }
        Op::STORE_FAST_STORE_FAST => {
            state.store(oparg >> 4);
            state.store(oparg & 15);
        }
        Op::COPY => {
            let position = state.stack.len().checked_sub(oparg as usize);
            let value = position.and_then(|position| state.stack.get(position)).copied();
            state.push(value.unwrap_or(Value::UNKNOWN));
        }
        Op::SWAP => {
            let len = state.stack.len();
            if let (Some(top), Some(other)) = (len.checked_sub(1), len.checked_sub(oparg as usize))
                && other < len
            {
                state.stack.swap(top, other);
            }
        }
        // These leave their inputs on the stack and push above them.
        Op::FORMAT_SIMPLE
        | Op::GET_ANEXT
        | Op::GET_LEN
        | Op::GET_YIELD_FROM_ITER
        | Op::IMPORT_FROM
        | Op::MATCH_KEYS
        | Op::MATCH_MAPPING
        | Op::MATCH_SEQUENCE
        | Op::WITH_EXCEPT_START => {
            // CPython takes the new values for those of the block's first instructions; where they are stored, the
            // first load does not borrow.
            for number in 0..opcode.stack_effect(oparg, false).max(0) as usize {
                state.push(Value::made_by(number));
            }
        }
        // These consume their upper inputs.
        Op::DICT_MERGE
        | Op::DICT_UPDATE
        | Op::LIST_APPEND
        | Op::LIST_EXTEND
        | Op::MAP_ADD
        | Op::RERAISE
        | Op::SET_ADD
        | Op::SET_UPDATE => {
            for _ in opcode.stack_effect(oparg, false)..0 {
                state.pop();
            }
        }
        Op::END_SEND | Op::SET_FUNCTION_ATTRIBUTE => {
            let top = state.pop();
            state.pop();
            state.push(top);
        }
        Op::CHECK_EXC_MATCH => {
            state.pop();
            state.push(Value::made_by(i));
        }
        Op::FOR_ITER => state.push(Value::made_by(i)),
        Op::LOAD_ATTR | Op::LOAD_SUPER_ATTR => {
            let owner = state.pop();
            if opcode == Op::LOAD_SUPER_ATTR {
                state.pop();
                state.pop();
            }
            state.push(Value::made_by(i));
            if oparg & 1 != 0 {
                // A method's self may be the owner.
                state.push(owner);
            }
        }
        Op::LOAD_SPECIAL | Op::PUSH_EXC_INFO => {
            let top = state.pop();
            state.push(Value::made_by(i));
            state.push(top);
        }
        Op::SEND => {
            state.pop();
            state.push(Value::made_by(i));
        }
        _ if opcode.is_block_push() => {}
        _ => {
            for _ in 0..opcode.popped(oparg) {
                state.pop();
            }
            for _ in 0..opcode.pushed(oparg) {
                state.push(Value::made_by(i));
            }
        }
    }
}
