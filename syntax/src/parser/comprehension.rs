//! The `for` and `if` clauses of comprehensions and generator expressions.

use super::{Fail, Parsed, Parser};
use crate::ast::*;
use crate::token::Kind;

impl<'a> Parser<'a> {
    /// `for_if_clauses: for_if_clause+`
    pub(super) fn for_if_clauses(&mut self) -> Parsed<&'a [Comprehension<'a>]> {
        let mut clauses = Vec::new();
        while let Some(clause) = self.attempt(Self::for_if_clause)? {
            clauses.push(clause);
        }
        if clauses.is_empty() { Err(Fail::Mismatch) } else { Ok(self.slice(&clauses)) }
    }

    /// `for_if_clause: ['async'] 'for' star_targets 'in' ~ disjunction ('if' disjunction)*`
    fn for_if_clause(&mut self) -> Parsed<Comprehension<'a>> {
        let start = self.pos;
        let mut is_async = 0;
        match self.peek() {
            Kind::Async => {
                self.advance();
                is_async = 1;
            }
            Kind::For => {}
            _ => return Err(Fail::Mismatch),
        }
        let target = self.attempt(|p| {
            p.expect(Kind::For)?;
            let target = p.star_targets()?;
            p.expect(Kind::In)?;
            Ok(target)
        })?;
        let Some(target) = target else {
            if self.diagnosing {
                self.pos = start;
                self.invalid_for_if_clause()?;
                self.invalid_for_target()?;
            }
            return Err(Fail::Mismatch);
        };
        let iter = self.disjunction()?;
        let mut ifs = Vec::new();
        while self.peek() == Kind::If {
            let test = self.attempt(|p| {
                p.advance();
                p.disjunction()
            })?;
            match test {
                Some(test) => ifs.push(*test),
                None => break,
            }
        }
        if is_async == 1 {
            self.check_version(6, "Async comprehensions are")?;
        }
        Ok(Comprehension { target: *target, iter: *iter, ifs: self.slice(&ifs), is_async })
    }
}
