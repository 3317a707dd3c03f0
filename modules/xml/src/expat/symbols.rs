//! Names, each kept once and known by a number, so that the layer above can keep one string for each.

use std::collections::HashMap;
use std::rc::Rc;

/// A name that the parser has met.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Symbol(u32);

impl Symbol {
    /// Its number; they are given out one after the other.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// All names.
#[derive(Default)]
pub struct Symbols {
    numbers: HashMap<Rc<[u8]>, Symbol>,
    names: Vec<Rc<[u8]>>,
    bytes: usize,
}

impl Symbols {
    /// The symbol of a name.
    #[inline]
    pub fn intern(&mut self, name: &[u8]) -> Symbol {
        match self.numbers.get(name) {
            Some(symbol) => *symbol,
            None => self.add(name),
        }
    }

    #[cold]
    fn add(&mut self, name: &[u8]) -> Symbol {
        let symbol = Symbol(self.names.len() as u32);
        let name: Rc<[u8]> = name.into();
        self.bytes += name.len() + 64;
        self.names.push(name.clone());
        self.numbers.insert(name, symbol);
        symbol
    }

    /// The name of a symbol.
    pub fn name(&self, symbol: Symbol) -> &[u8] {
        self.names.get(symbol.index()).map_or(&[], |name| name)
    }

    /// About how much memory the names take.
    pub fn memory(&self) -> usize {
        self.bytes
    }
}
