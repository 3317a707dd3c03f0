//! Whole sources and simple statements.

use super::target::{TargetUse, expr_name};
use super::{E, Fail, Parsed, Parser};
use crate::ast::*;
use crate::token::{Kind, Token};

/// The operator of an augmented assignment.
fn augmented_operator(kind: Kind) -> Option<Operator> {
    Some(match kind {
        Kind::PlusEqual => Operator::Add,
        Kind::MinusEqual => Operator::Sub,
        Kind::StarEqual => Operator::Mult,
        Kind::AtEqual => Operator::MatMult,
        Kind::SlashEqual => Operator::Div,
        Kind::PercentEqual => Operator::Mod,
        Kind::AmpersandEqual => Operator::BitAnd,
        Kind::BarEqual => Operator::BitOr,
        Kind::CaretEqual => Operator::BitXor,
        Kind::LeftShiftEqual => Operator::LShift,
        Kind::RightShiftEqual => Operator::RShift,
        Kind::DoubleStarEqual => Operator::Pow,
        Kind::DoubleSlashEqual => Operator::FloorDiv,
        _ => return None,
    })
}

impl<'a> Parser<'a> {
    /// `file: [statements] ENDMARKER`
    pub(super) fn file(&mut self) -> Parsed<Mod<'a>> {
        let body = self.statements()?;
        self.expect(Kind::EndMarker)?;
        let type_ignores = self.slice(&self.type_ignores);
        Ok(Mod::Module { body, type_ignores })
    }

    /// `interactive: statement_newline`
    pub(super) fn interactive(&mut self) -> Parsed<Mod<'a>> {
        let start = self.token();
        let compound = self.attempt(|p| {
            let statement = p.compound_stmt()?;
            p.expect(Kind::Newline)?;
            Ok(statement)
        })?;
        if let Some(statement) = compound {
            return Ok(Mod::Interactive { body: self.slice(&[statement]) });
        }
        let mut body = Vec::new();
        if self.attempt(|p| p.simple_stmts(&mut body))?.is_some() {
            return Ok(Mod::Interactive { body: self.slice(&body) });
        }
        if self.eat(Kind::Newline) {
            let pass = Stmt { node: StmtKind::Pass, loc: start.loc() };
            return Ok(Mod::Interactive { body: self.slice(&[pass]) });
        }
        if self.peek() == Kind::EndMarker && self.options.allow_incomplete_input {
            return self.raise("incomplete input");
        }
        Err(Fail::Mismatch)
    }

    /// `eval: expressions NEWLINE* ENDMARKER`
    pub(super) fn eval(&mut self) -> Parsed<Mod<'a>> {
        let body = self.expressions()?;
        while self.eat(Kind::Newline) {}
        self.expect(Kind::EndMarker)?;
        Ok(Mod::Expression { body })
    }

    /// `func_type: '(' [type_expressions] ')' '->' expression NEWLINE* ENDMARKER`
    pub(super) fn func_type(&mut self) -> Parsed<Mod<'a>> {
        self.expect(Kind::LeftParen)?;
        let mut argtypes = Vec::new();
        // Plain types, then at most one with `*`, then at most one with `**`; no comma after them.
        let mut stars = 0;
        while stars > 0 || argtypes.is_empty() || self.eat(Kind::Comma) {
            if argtypes.is_empty() && self.peek() == Kind::RightParen {
                break;
            }
            if stars > 0 && !self.eat(Kind::Comma) {
                break;
            }
            let now = match self.peek() {
                Kind::Star => 1,
                Kind::DoubleStar => 2,
                _ => 0,
            };
            if now < stars || now == 1 && stars == 1 || stars == 2 {
                return Err(Fail::Mismatch);
            }
            if now > 0 {
                self.advance();
            }
            stars = now;
            argtypes.push(*self.expression()?);
        }
        self.expect(Kind::RightParen)?;
        self.expect(Kind::Arrow)?;
        let returns = self.expression()?;
        while self.eat(Kind::Newline) {}
        self.expect(Kind::EndMarker)?;
        Ok(Mod::FunctionType { argtypes: self.slice(&argtypes), returns })
    }

    /// `statements: statement+`, or none
    pub(super) fn statements(&mut self) -> Parsed<&'a [Stmt<'a>]> {
        let mut body = Vec::new();
        while !matches!(self.peek(), Kind::EndMarker | Kind::Dedent) {
            let found = self.attempt(|p| p.statement(&mut body))?;
            if found.is_none() {
                break;
            }
        }
        Ok(self.slice(&body))
    }

    /// `statement: compound_stmt | simple_stmts`
    fn statement(&mut self, body: &mut Vec<Stmt<'a>>) -> Parsed<()> {
        if let Some(statement) = self.attempt(Self::compound_stmt)? {
            body.push(statement);
            return Ok(());
        }
        let count = body.len();
        let result = self.simple_stmts(body);
        if result.is_err() {
            body.truncate(count);
        }
        result
    }

    /// `simple_stmts: ';'.simple_stmt+ [';'] NEWLINE`
    pub(super) fn simple_stmts(&mut self, body: &mut Vec<Stmt<'a>>) -> Parsed<()> {
        loop {
            body.push(self.simple_stmt()?);
            if !self.eat(Kind::Semicolon) {
                break;
            }
            if self.peek() == Kind::Newline {
                break;
            }
        }
        self.expect(Kind::Newline)?;
        Ok(())
    }

    /// `simple_stmt`
    pub(super) fn simple_stmt(&mut self) -> Parsed<Stmt<'a>> {
        let start = self.token();
        let node = match start.kind {
            Kind::Return => {
                self.advance();
                StmtKind::Return { value: self.attempt(Self::star_expressions)? }
            }
            Kind::Import => self.import_name()?,
            Kind::From => self.import_from()?,
            Kind::Raise => self.raise_stmt()?,
            Kind::Pass | Kind::Break | Kind::Continue => {
                if self.diagnosing {
                    self.invalid_expression()?;
                }
                self.advance();
                match start.kind {
                    Kind::Pass => StmtKind::Pass,
                    Kind::Break => StmtKind::Break,
                    _ => StmtKind::Continue,
                }
            }
            Kind::Del => self.del_stmt()?,
            Kind::Assert => {
                self.advance();
                let test = self.expression()?;
                let msg = if self.peek() == Kind::Comma {
                    self.attempt(|p| {
                        p.advance();
                        p.expression()
                    })?
                } else {
                    None
                };
                StmtKind::Assert { test, msg }
            }
            Kind::Global | Kind::Nonlocal => {
                self.advance();
                let mut names = vec![self.name()?];
                while self.peek() == Kind::Comma {
                    match self.attempt(|p| {
                        p.advance();
                        p.name()
                    })? {
                        Some(name) => names.push(name),
                        None => break,
                    }
                }
                let names = self.slice(&names);
                if start.kind == Kind::Global {
                    StmtKind::Global { names }
                } else {
                    StmtKind::Nonlocal { names }
                }
            }
            _ => return self.expression_stmt(&start),
        };
        Ok(Stmt { node, loc: self.loc_from(&start) })
    }

    /// Assignments, type aliases, and expressions as statements.
    fn expression_stmt(&mut self, start: &Token) -> Parsed<Stmt<'a>> {
        if let Some(assignment) = self.attempt(|p| p.assignment(start))? {
            return Ok(assignment);
        }
        if self.at_soft("type")
            && let Some(alias) = self.attempt(|p| p.type_alias(start))?
        {
            return Ok(alias);
        }
        let value = if start.kind == Kind::Yield { self.yield_expr()? } else { self.star_expressions()? };
        Ok(Stmt { node: StmtKind::Expr { value }, loc: self.loc_from(start) })
    }

    /// `assignment`; in the first pass also an expression on its own, lest it be read twice.
    fn assignment(&mut self, start: &Token) -> Parsed<Stmt<'a>> {
        let begin = self.pos;
        if start.kind == Kind::Yield {
            if self.diagnosing {
                self.invalid_assignment()?;
            }
            return Err(Fail::Mismatch);
        }
        if let Some(found) = self.attempt(|p| p.valid_assignment(start))? {
            return Ok(found);
        }
        if self.diagnosing {
            self.pos = begin;
            self.invalid_assignment()?;
        }
        Err(Fail::Mismatch)
    }

    fn valid_assignment(&mut self, start: &Token) -> Parsed<Stmt<'a>> {
        if self.diagnosing {
            // The grammar reads targets first, so faults inside them come to light before others.
            self.diagnose(|p| {
                while matches!(p.peek(), Kind::LeftParen | Kind::LeftBracket | Kind::Star) {
                    p.advance();
                }
                p.primary().map(|_| ())
            })?;
            self.diagnose(|p| p.primary().map(|_| ()))?;
        }
        let first = self.star_expressions()?;
        match self.peek() {
            Kind::Colon => {
                let target = self.as_single_target(first).ok_or(Fail::Mismatch)?;
                let simple =
                    i32::from(matches!(target.node, ExprKind::Name { .. }) && start.kind != Kind::LeftParen);
                self.advance();
                let annotation = self.expression()?;
                let mut value = None;
                if self.peek() == Kind::Equal {
                    value = self.attempt(|p| {
                        p.advance();
                        p.annotated_rhs()
                    })?;
                }
                self.check_version(6, "Variable annotation syntax is")?;
                let node = StmtKind::AnnAssign { target, annotation, value, simple };
                Ok(Stmt { node, loc: self.loc_from(start) })
            }
            Kind::Equal => {
                let mut targets = Vec::new();
                let mut value = first;
                while self.peek() == Kind::Equal {
                    let Some(target) = self.as_target(value, ExprContext::Store) else {
                        return Err(Fail::Mismatch);
                    };
                    targets.push(*target);
                    self.advance();
                    value = self.annotated_rhs()?;
                }
                let type_comment = self.type_comment();
                let node = StmtKind::Assign { targets: self.slice(&targets), value, type_comment };
                Ok(Stmt { node, loc: self.loc_from(start) })
            }
            kind => {
                if let Some(op) = augmented_operator(kind) {
                    let target = self.as_single_target(first).ok_or(Fail::Mismatch)?;
                    self.advance();
                    let value = self.annotated_rhs()?;
                    return Ok(Stmt {
                        node: StmtKind::AugAssign { target, op, value },
                        loc: self.loc_from(start),
                    });
                }
                if self.diagnosing {
                    return Err(Fail::Mismatch);
                }
                if start.kind == Kind::Name && kind == Kind::Name {
                    // `type X = …`
                    return Err(Fail::Mismatch);
                }
                Ok(Stmt { node: StmtKind::Expr { value: first }, loc: self.loc_from(start) })
            }
        }
    }

    /// `[TYPE_COMMENT]`
    pub(super) fn type_comment(&mut self) -> Option<&'a str> {
        if self.peek() != Kind::TypeComment {
            return None;
        }
        let token = self.advance();
        Some(self.text(&token))
    }

    /// `invalid_assignment`
    fn invalid_assignment(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            let a = p.invalid_ann_assign_target()?;
            p.expect(Kind::Colon)?;
            p.expression()?;
            p.raise_loc(a.loc, format!("only single target (not {}) can be annotated", expr_name(a)))
        })?;
        self.diagnose(|p| {
            let a = p.star_named_expression()?;
            p.expect(Kind::Comma)?;
            while p.attempt(Self::star_named_expression)?.is_some() {
                p.eat(Kind::Comma);
            }
            p.expect(Kind::Colon)?;
            p.expression()?;
            p.raise_loc(a.loc, "only single target (not tuple) can be annotated")
        })?;
        self.diagnose(|p| {
            let a = p.expression()?;
            p.expect(Kind::Colon)?;
            p.expression()?;
            p.raise_loc(a.loc, "illegal target for annotation")
        })?;
        let skip_targets = |p: &mut Self| -> Parsed<()> {
            while p
                .attempt(|p| {
                    p.star_targets()?;
                    p.expect(Kind::Equal)
                })?
                .is_some()
            {}
            Ok(())
        };
        self.diagnose(|p| {
            skip_targets(p)?;
            let a = p.star_expressions()?;
            p.expect(Kind::Equal)?;
            p.raise_invalid_target(a, TargetUse::Assign)
        })?;
        self.diagnose(|p| {
            skip_targets(p)?;
            let a = p.yield_expr()?;
            p.expect(Kind::Equal)?;
            p.raise_loc(a.loc, "assignment to yield expression not possible")
        })?;
        self.diagnose(|p| {
            let a = p.star_expressions()?;
            if augmented_operator(p.peek()).is_none() {
                return Ok(());
            }
            p.advance();
            p.annotated_rhs()?;
            let msg = format!("'{}' is an illegal expression for augmented assignment", expr_name(a));
            p.raise_loc(a.loc, msg)
        })
    }

    /// `list | tuple | '(' invalid_ann_assign_target ')'`
    fn invalid_ann_assign_target(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let expr = match start.kind {
            Kind::LeftBracket => self.bracketed()?,
            Kind::LeftParen => self.parenthesized()?,
            _ => return Err(Fail::Mismatch),
        };
        match expr.node {
            ExprKind::List { .. } | ExprKind::Tuple { .. } => Ok(expr),
            _ => Err(Fail::Mismatch),
        }
    }

    /// `type_alias: "type" NAME [type_params] '=' expression`
    fn type_alias(&mut self, start: &Token) -> Parsed<Stmt<'a>> {
        self.advance();
        let token = self.token();
        let id = self.name()?;
        let name = self.expr(ExprKind::Name { id, ctx: ExprContext::Store }, token.loc());
        let type_params = self.type_params()?;
        self.expect(Kind::Equal)?;
        let value = self.expression()?;
        self.check_version(12, "Type statement is")?;
        Ok(Stmt { node: StmtKind::TypeAlias { name, type_params, value }, loc: self.loc_from(start) })
    }

    /// `raise_stmt: 'raise' [expression ['from' expression]]`
    fn raise_stmt(&mut self) -> Parsed<StmtKind<'a>> {
        self.expect(Kind::Raise)?;
        let exc = self.attempt(Self::expression)?;
        let mut cause = None;
        if exc.is_some() && self.peek() == Kind::From {
            cause = self.attempt(|p| {
                p.advance();
                p.expression()
            })?;
        }
        Ok(StmtKind::Raise { exc, cause })
    }

    /// `del_stmt: 'del' del_targets &(';' | NEWLINE)`
    fn del_stmt(&mut self) -> Parsed<StmtKind<'a>> {
        self.expect(Kind::Del)?;
        let begin = self.pos;
        let found = self.attempt(|p| {
            let first = p.del_target()?;
            let targets = p.more_items(first, Self::del_target)?.unwrap_or_else(|| vec![*first]);
            if matches!(p.peek(), Kind::Semicolon | Kind::Newline) {
                Ok(targets)
            } else {
                Err(Fail::Mismatch)
            }
        })?;
        if let Some(targets) = found {
            return Ok(StmtKind::Delete { targets: self.slice(&targets) });
        }
        if self.diagnosing {
            self.pos = begin;
            self.diagnose(|p| {
                let a = p.star_expressions()?;
                p.raise_invalid_target(a, TargetUse::Delete)
            })?;
        }
        Err(Fail::Mismatch)
    }

    /// `dotted_name: NAME ('.' NAME)*`
    fn dotted_name(&mut self) -> Parsed<Name<'a>> {
        let start = self.token();
        let first = self.name()?;
        if self.peek() != Kind::Dot {
            return Ok(first);
        }
        let mut simple = true;
        let mut parts = vec![first];
        while self.peek() == Kind::Dot {
            let next = self.attempt(|p| {
                p.advance();
                p.name()
            })?;
            match next {
                Some(name) => parts.push(name),
                None => break,
            }
        }
        let end = self.previous().end;
        let text = self.src.get(start.start as usize..end as usize).unwrap_or("");
        simple &= text.len() == parts.iter().map(|p| p.len() + 1).sum::<usize>() - 1 && text.is_ascii();
        Ok(if simple { text } else { self.arena.alloc_str(&parts.join(".")) })
    }

    /// `import_name: 'import' ','.dotted_as_name+`
    fn import_name(&mut self) -> Parsed<StmtKind<'a>> {
        self.expect(Kind::Import)?;
        if self.diagnosing {
            self.invalid_import()?;
        }
        let mut names = vec![self.dotted_as_name()?];
        while self.peek() == Kind::Comma {
            let next = self.attempt(|p| {
                p.advance();
                p.dotted_as_name()
            })?;
            match next {
                Some(alias) => names.push(alias),
                None => break,
            }
        }
        Ok(StmtKind::Import { names: self.slice(&names) })
    }

    fn invalid_import(&mut self) -> Parsed<()> {
        let import = self.previous();
        self.diagnose(|p| {
            p.dotted_name()?;
            while p.peek() == Kind::Comma
                && p.attempt(|p| {
                    p.advance();
                    p.dotted_name()
                })?
                .is_some()
            {}
            p.expect(Kind::From)?;
            p.dotted_name()?;
            p.raise_from(import.loc(), "Did you mean to use 'from ... import ...' instead?")
        })?;
        self.diagnose(|p| {
            let newline = p.expect(Kind::Newline)?;
            p.raise_from(newline.loc(), "Expected one or more names after 'import'")
        })
    }

    fn dotted_as_name(&mut self) -> Parsed<Alias<'a>> {
        let start = self.token();
        if self.diagnosing {
            self.diagnose(|p| {
                p.dotted_name()?;
                p.invalid_as_name(&[Kind::Comma, Kind::Newline], "import")
            })?;
        }
        let name = self.dotted_name()?;
        let asname = self.as_name()?;
        Ok(Alias { name, asname, loc: self.loc_from(&start) })
    }

    /// `'as' expression` where only a name can stand
    fn invalid_as_name(&mut self, ends: &[Kind], what: &str) -> Parsed<()> {
        self.expect(Kind::As)?;
        let good = self.ahead(|p| {
            p.name()?;
            let next = p.peek();
            if ends.contains(&next) || matches!(next, Kind::Newline | Kind::Semicolon) {
                Ok(())
            } else {
                Err(Fail::Mismatch)
            }
        })?;
        if good {
            return Ok(());
        }
        let a = self.expression()?;
        self.raise_loc(a.loc, format!("cannot use {} as {what} target", expr_name(a)))
    }

    /// `['as' NAME]`
    pub(super) fn as_name(&mut self) -> Parsed<Option<Name<'a>>> {
        if self.peek() != Kind::As {
            return Ok(None);
        }
        self.attempt(|p| {
            p.advance();
            p.name()
        })
    }

    /// `import_from: 'from' ('.' | '...')* dotted_name 'import' import_from_targets`
    fn import_from(&mut self) -> Parsed<StmtKind<'a>> {
        self.expect(Kind::From)?;
        let mut level = 0i32;
        loop {
            match self.peek() {
                Kind::Dot => level = level.saturating_add(1),
                Kind::Ellipsis => level = level.saturating_add(3),
                _ => break,
            }
            self.advance();
        }
        let module = if self.peek() == Kind::Import && level > 0 { None } else { Some(self.dotted_name()?) };
        self.expect(Kind::Import)?;
        let targets = self.token();
        let names = match targets.kind {
            Kind::Star => {
                self.advance();
                self.slice(&[Alias { name: "*", asname: None, loc: targets.loc() }])
            }
            Kind::LeftParen => {
                self.advance();
                let names = self.import_from_as_names()?;
                self.eat(Kind::Comma);
                self.expect(Kind::RightParen)?;
                names
            }
            _ => {
                let found = self.attempt(|p| {
                    let names = p.import_from_as_names()?;
                    if p.peek() == Kind::Comma { Err(Fail::Mismatch) } else { Ok(names) }
                })?;
                match found {
                    Some(names) => names,
                    None => {
                        if self.diagnosing {
                            self.invalid_import_from_targets()?;
                        }
                        return Err(Fail::Mismatch);
                    }
                }
            }
        };
        if level == 0 && module == Some("__future__") && names.iter().any(|alias| alias.name == super::BARRY)
        {
            self.options.barry_as_bdfl = true;
        }
        Ok(StmtKind::ImportFrom { module, names, level: Some(level) })
    }

    fn invalid_import_from_targets(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            p.import_from_as_names()?;
            p.expect(Kind::Comma)?;
            p.expect(Kind::Newline)?;
            p.raise("trailing comma not allowed without surrounding parentheses")
        })?;
        self.diagnose(|p| {
            let newline = p.expect(Kind::Newline)?;
            p.raise_from(newline.loc(), "Expected one or more names after 'import'")
        })
    }

    fn import_from_as_names(&mut self) -> Parsed<&'a [Alias<'a>]> {
        let mut names = vec![self.import_from_as_name()?];
        while self.peek() == Kind::Comma {
            let next = self.attempt(|p| {
                p.advance();
                p.import_from_as_name()
            })?;
            match next {
                Some(alias) => names.push(alias),
                None => break,
            }
        }
        Ok(self.slice(&names))
    }

    fn import_from_as_name(&mut self) -> Parsed<Alias<'a>> {
        let start = self.token();
        if self.diagnosing {
            self.diagnose(|p| {
                p.name()?;
                p.invalid_as_name(&[Kind::Comma, Kind::RightParen], "import")
            })?;
        }
        let name = self.name()?;
        let asname = self.as_name()?;
        Ok(Alias { name, asname, loc: self.loc_from(&start) })
    }
}
