//! How much a query may nest. The engine walks expressions and plans by recursion, so depth is stack; `recursive_protection` guards its planning, not all of it.

use super::refused::{self, Refused};
use datafusion::sql::sqlparser::{
    ast::{Statement, TableFactor, Visit, Visitor},
    dialect::GenericDialect,
    keywords::Keyword,
    tokenizer::{Token, Tokenizer},
};
use std::ops::ControlFlow;

/// Most words of SQL and operators: nothing nests deeper than there are of them, but for brackets, of which the parser takes fifty. Lists of values may be
/// as long as a query. Without optimisation an expression of 340 operators fills the two MiB that a thread has.
const MOST_SIGNS: usize = 200;
/// Most tables and queries that stand for tables.
const MOST_TABLES: usize = 16;

/// Before it is parsed.
pub(super) fn check_text(sql: &str) -> Result<(), Refused> {
    // What is no token is told by the parser, with its place.
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize() else { return Ok(()) };
    let signs = tokens.iter().filter(|token| match token {
        Token::Word(word) => word.keyword != Keyword::NoKeyword && word.quote_style.is_none(),
        Token::Number(..) | Token::SingleQuotedString(_) | Token::Whitespace(_) | Token::Comma | Token::Period | Token::LParen | Token::RParen => false,
        _ => true,
    });
    if signs.count() > MOST_SIGNS { Err(refused::too_deep(MOST_SIGNS, MOST_TABLES)) } else { Ok(()) }
}

/// Before it is planned: a list of tables is flat in text, and joins within joins in a plan.
pub(super) fn check_tables(statement: &Statement) -> Result<(), Refused> {
    struct Tables(usize);
    impl Visitor for Tables {
        type Break = ();

        fn pre_visit_table_factor(&mut self, _: &TableFactor) -> ControlFlow<()> {
            self.0 += 1;
            if self.0 > MOST_TABLES { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }
    match statement.visit(&mut Tables(0)) {
        ControlFlow::Break(()) => Err(refused::too_deep(MOST_SIGNS, MOST_TABLES)),
        ControlFlow::Continue(()) => Ok(()),
    }
}
