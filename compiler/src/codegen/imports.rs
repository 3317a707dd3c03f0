//! `import` and `from … import`.

use krait_bytecode::{Const, Intrinsic1};
use krait_syntax::ast::Alias;

use super::emit::{Loc, Op};
use super::generator::{Generator, Result};

impl<'a> Generator<'a, '_> {
    pub(super) fn import(&mut self, at: Loc, names: &'a [Alias<'a>]) -> Result {
        for alias in names {
            self.load_int(at, 0);
            self.load_none(at);
            let name = self.intern(alias.name);
            self.op_name(at, Op::IMPORT_NAME, name);
            match alias.asname {
                Some(asname) => self.import_as(at, alias.name, asname),
                None => self.store_text(at, alias.name.split('.').next().unwrap_or(alias.name)),
            }
        }
        Ok(())
    }

    /// `import a.b.c as name`: walks from the package to the module.
    fn import_as(&mut self, at: Loc, name: &str, asname: &str) {
        let mut parts = name.split('.').skip(1).peekable();
        let dotted = parts.peek().is_some();
        while let Some(part) = parts.next() {
            let part = self.intern(part);
            self.op_plain_name(at, Op::IMPORT_FROM, part);
            if parts.peek().is_some() {
                self.op_i(at, Op::SWAP, 2);
                self.op(at, Op::POP_TOP);
            }
        }
        self.store_text(at, asname);
        if dotted {
            self.op(at, Op::POP_TOP);
        }
    }

    pub(super) fn import_from(
        &mut self,
        at: Loc,
        module: Option<&'a str>,
        names: &'a [Alias<'a>],
        level: Option<i32>,
    ) -> Result {
        self.load_const(at, Const::Int(i64::from(level.unwrap_or(0))));
        let tuple = names.iter().map(|alias| self.intern(alias.name)).collect::<Vec<_>>();
        let tuple = tuple.into_iter().map(|name| Const::Str(self.string(name))).collect();
        self.load_const(at, Const::tuple(tuple));
        let module = self.intern(module.unwrap_or(""));
        self.op_name(at, Op::IMPORT_NAME, module);
        for (number, alias) in names.iter().enumerate() {
            if number == 0 && alias.name.starts_with('*') {
                self.op_i(at, Op::CALL_INTRINSIC_1, Intrinsic1::ImportStar as u32);
                self.op(Loc::NONE, Op::POP_TOP);
                return Ok(());
            }
            let name = self.intern(alias.name);
            self.op_name(at, Op::IMPORT_FROM, name);
            self.store_text(at, alias.asname.unwrap_or(alias.name));
        }
        self.op(at, Op::POP_TOP);
        Ok(())
    }
}
