//! Full-text search that finds Japanese words of two characters.
//!
//! Text is folded by NFKC and lower case and cut into runs. A run of ASCII letters and digits is one token; any other run
//! becomes its bigrams and its last character. What stands between the blanks of a query must all be found, each as a phrase: `192.0.2.7`
//! is four tokens one behind the other, of which the last may be only a beginning, and 楽天カード its bigrams. (A trigram index finds no
//! two-character word, so 詐欺 and 楽天 would be lost.)
//!
//! The access label stands in the index: what an actor may not see is not found.

use crate::{LedgerError, Query, Sql, UnitOfWork, bulk};
use noroshi_kernel::{
    access::{Label, Sight},
    tlp::Tlp,
};
use sea_orm::DbBackend;
use unicode_normalization::UnicodeNormalization;

/// So much of one text is indexed, in bytes, so that a hostile text stays small; the rest is not found.
pub const MOST_BYTES: usize = 64 << 10;
/// The tokens of one text that are indexed: PostgreSQL knows no higher position.
const MOST_TOKENS: usize = 16_383;
/// The words of a query that count.
const MOST_WORDS: usize = 12;
/// The tokens of a word of a query that count.
const MOST_PHRASE: usize = 40;

/// A text to be found.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The record's id.
    pub id: i64,
    /// The record's kind: `incident`.
    pub kind: &'static str,
    /// Who may find it.
    pub label: &'a Label,
    /// What it is found by.
    pub text: String,
}

/// Calls `each` with every maximal run of letters and digits that are all ASCII or all not, folded.
fn runs(text: &str, mut each: impl FnMut(&[char])) {
    let mut run: Vec<char> = Vec::with_capacity(32);
    let mut take = |character: char| {
        let ends = !character.is_alphanumeric() || run.last().is_some_and(|last| last.is_ascii() != character.is_ascii());
        if ends && !run.is_empty() {
            each(&run);
            run.clear();
        }
        if character.is_alphanumeric() {
            run.push(character);
        }
    };
    let mut left = MOST_BYTES;
    for part in text.split_inclusive(' ') {
        // Most of what is indexed is a URL, which needs no normalisation.
        if part.is_ascii() {
            part.bytes().take(left).for_each(|byte| take(char::from(byte.to_ascii_lowercase())));
        } else {
            let chars = part.char_indices().take_while(|(at, _)| *at < left).map(|(_, one)| one);
            chars.nfkc().flat_map(char::to_lowercase).for_each(&mut take);
        }
        left = left.saturating_sub(part.len());
        if left == 0 {
            break;
        }
    }
    take(' ');
}

fn bigrams(run: &[char]) -> impl Iterator<Item = String> {
    run.windows(2).map(|pair| pair.iter().collect())
}

/// Calls `each` with the tokens of a run.
fn tokens_of(run: &[char], mut each: impl FnMut(String)) {
    if run.iter().all(char::is_ascii) {
        // PostgreSQL bounds a lexeme at 2 KiB; nobody types so long a word.
        each(run.iter().take(100).collect());
    } else {
        bigrams(run).for_each(&mut each);
        run.last().map(char::to_string).into_iter().for_each(&mut each);
    }
}

/// Calls `each` with the tokens under which a text is indexed, in order.
fn tokens(text: &str, mut each: impl FnMut(String)) {
    let mut left = MOST_TOKENS;
    runs(text, |run| {
        tokens_of(run, |token| {
            if left > 0 {
                left -= 1;
                each(token);
            }
        });
    });
}

/// One word of a query: a phrase of tokens, the last of which may be only a beginning.
#[derive(Debug, PartialEq, Eq)]
struct Word {
    phrase: Vec<String>,
    beginning: bool,
}

/// What a query asks for. What stands together (an address, a number, a URL) is looked for as it stands.
fn words(query: &str) -> Vec<Word> {
    let folded: String = query.chars().take(1_000).nfkc().collect();
    let together = |one: char| one.is_alphanumeric() || (one.is_ascii_graphic() && !matches!(one, ',' | ';' | '|' | '"'));
    folded.split(|one| !together(one)).filter_map(word).take(MOST_WORDS).collect()
}

fn word(text: &str) -> Option<Word> {
    let mut all: Vec<Vec<char>> = Vec::new();
    runs(text, |run| all.push(run.to_vec()));
    let last = all.pop()?;
    let mut phrase = Vec::new();
    all.iter().for_each(|run| tokens_of(run, |token| phrase.push(token)));
    let beginning = last.len() == 1 || last.iter().all(char::is_ascii);
    if beginning {
        phrase.push(last.iter().take(100).collect());
    } else {
        phrase.extend(bigrams(&last));
    }
    let whole = phrase.len() <= MOST_PHRASE;
    phrase.truncate(MOST_PHRASE);
    Some(Word { phrase, beginning: beginning && whole })
}

/// Puts texts into the index, in place of what stood there for the same records.
///
/// # Errors
/// When the database refuses them.
pub async fn put(work: &UnitOfWork, entries: &[Entry<'_>]) -> Result<(), LedgerError> {
    const DOCUMENTS: bulk::Target = bulk::Target { table: "ledger_search", columns: &["id", "kind", "tlp"] };
    const TOKENS: bulk::Target = bulk::Target { table: "ledger_search_text", columns: &["rowid", "tokens"] };
    const READERS: bulk::Target = bulk::Target { table: "ledger_search_reader", columns: &["id", "account_id"] };
    remove(work, &entries.iter().map(|entry| entry.id).collect::<Vec<_>>()).await?;
    let mut readers = bulk::Rows::into_table(READERS);
    for entry in entries.iter().filter(|entry| entry.label.tlp == Tlp::Red) {
        for account in &entry.label.participants {
            readers.push([entry.id.into(), account.0.into()]);
        }
    }
    readers.insert(work).await?;
    if work.backend() == DbBackend::Postgres {
        return put_vectors(work, entries).await;
    }
    let mut documents = bulk::Rows::into_table(DOCUMENTS);
    let mut texts = bulk::Rows::into_table(TOKENS);
    for entry in entries {
        documents.push([entry.id.into(), entry.kind.into(), i64::from(entry.label.tlp.rank()).into()]);
        let mut spaced = String::with_capacity(entry.text.len() * 2);
        tokens(&entry.text, |token| {
            spaced.push_str(&token);
            spaced.push(' ');
        });
        texts.push([entry.id.into(), spaced.into()]);
    }
    documents.insert(work).await?;
    texts.insert(work).await
}

async fn put_vectors(work: &UnitOfWork, entries: &[Entry<'_>]) -> Result<(), LedgerError> {
    use sea_orm::{Value, sea_query::ArrayType};
    let array = |kind, values: Vec<Value>| Value::Array(kind, Some(Box::new(values)));
    let ids = entries.iter().map(|entry| entry.id.into()).collect();
    let kinds = entries.iter().map(|entry| entry.kind.into()).collect();
    let labels = entries.iter().map(|entry| i64::from(entry.label.tlp.rank()).into()).collect();
    // Tokens hold letters and digits only, so quoting them is safe. Positions end at 16,383.
    let vector = |entry: &Entry<'_>| {
        let (mut vector, mut position) = (String::new(), 0);
        tokens(&entry.text, |token| {
            position = (position + 1).min(16_383);
            vector.push_str(&format!("'{token}':{position} "));
        });
        vector
    };
    let vectors = entries.iter().map(|entry| vector(entry).into()).collect();
    let sql = Sql::new("INSERT INTO ledger_search (id, kind, tlp, tokens) SELECT id, kind, tlp, tokens::tsvector FROM unnest(")
        .bind(array(ArrayType::BigInt, ids))
        .push("::bigint[], ")
        .bind(array(ArrayType::String, kinds))
        .push("::text[], ")
        .bind(array(ArrayType::BigInt, labels))
        .push("::bigint[], ")
        .bind(array(ArrayType::String, vectors))
        .push("::text[]) AS t(id, kind, tlp, tokens)");
    work.execute(sql).await.map(|_| ())
}

/// Gives records in the index another label; those that are not in it stay out of it.
///
/// # Errors
/// When the database refuses it.
pub async fn relabel(work: &UnitOfWork, ids: &[i64], label: &Label) -> Result<(), LedgerError> {
    const READERS: bulk::Target = bulk::Target { table: "ledger_search_reader", columns: &["id", "account_id"] };
    for part in ids.chunks(500) {
        let list = || Sql::default().list(part.iter().copied());
        let sql = Sql::new("UPDATE ledger_search SET tlp = ").bind(i64::from(label.tlp.rank())).push(" WHERE id IN ").append(list());
        work.execute(sql).await?;
        work.execute(Sql::new("DELETE FROM ledger_search_reader WHERE id IN ").append(list())).await?;
        if label.tlp == Tlp::Red {
            let mut readers = bulk::Rows::into_table(READERS);
            part.iter().flat_map(|id| label.participants.iter().map(move |account| (*id, account.0))).for_each(|(id, account)| {
                readers.push([id.into(), account.into()]);
            });
            readers.insert(work).await?;
        }
    }
    Ok(())
}

/// Takes records out of the index.
///
/// # Errors
/// When the database refuses it.
pub async fn remove(work: &UnitOfWork, ids: &[i64]) -> Result<(), LedgerError> {
    for part in ids.chunks(500) {
        let there = work.number(Sql::new("SELECT count(*) AS n FROM ledger_search WHERE id IN ").list(part.iter().copied())).await?;
        if there == 0 {
            continue;
        }
        if work.backend() == DbBackend::Sqlite {
            work.execute(Sql::new("DELETE FROM ledger_search_text WHERE rowid IN ").list(part.iter().copied())).await?;
        }
        work.execute(Sql::new("DELETE FROM ledger_search WHERE id IN ").list(part.iter().copied())).await?;
        work.execute(Sql::new("DELETE FROM ledger_search_reader WHERE id IN ").list(part.iter().copied())).await?;
    }
    Ok(())
}

/// A subselect of the ids that `query` finds and `sight` may see, or `None` when the query holds no word.
#[must_use]
pub fn matching(backend: DbBackend, kind: &str, query: &str, sight: Sight) -> Option<Sql> {
    let words = words(query);
    if words.is_empty() {
        return None;
    }
    let sql = if backend == DbBackend::Postgres {
        let word = |word: Word| {
            let last = if word.beginning { ":*" } else { "" };
            let phrase: Vec<_> = word.phrase.iter().map(|token| format!("'{token}'{last}")).collect();
            format!("({})", phrase.join(" <-> "))
        };
        let wanted: Vec<_> = words.into_iter().map(word).collect();
        Sql::new("SELECT s.id FROM ledger_search s WHERE s.tokens @@ ").bind(wanted.join(" & ")).push("::tsquery")
    } else {
        let word = |word: Word| format!("\"{}\"{}", word.phrase.join(" "), if word.beginning { "*" } else { "" });
        let wanted: Vec<_> = words.into_iter().map(word).collect();
        Sql::new("SELECT s.id FROM ledger_search_text t JOIN ledger_search s ON s.id = t.rowid WHERE t.tokens MATCH ").bind(wanted.join(" AND "))
    };
    Some(sql.push(" AND s.kind = ").bind(kind).push(" AND ").append(seen("s.tlp", "s.id", sight)))
}

/// The condition under which a record in the index may be seen.
fn seen(tlp: &str, id: &str, sight: Sight) -> Sql {
    match sight {
        Sight::Nothing => Sql::new("1 = 0"),
        Sight::Everything => Sql::new("1 = 1"),
        Sight::Staff(account) => Sql::new("(")
            .push(tlp)
            .push(" < ")
            .bind(i64::from(Tlp::Red.rank()))
            .push(" OR EXISTS (SELECT 1 FROM ledger_search_reader r WHERE r.id = ")
            .push(id)
            .push(" AND r.account_id = ")
            .bind(account.0)
            .push("))"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        tokens(text, |token| all.push(token));
        all
    }

    #[test]
    fn a_japanese_run_becomes_bigrams_and_its_last_character() {
        assert_eq!(listed("楽天カードを装う"), ["楽天", "天カ", "カー", "ード", "ドを", "を装", "装う", "う"]);
        assert_eq!(listed("https://Login.bank-example.test/ＩＢ"), ["https", "login", "bank", "example", "test", "ib"]);
        assert_eq!(listed("Amazonを装う"), ["amazon", "を装", "装う", "う"]);
        assert!(listed("、。 \u{0} '\"").is_empty());
    }

    #[test]
    fn what_stands_together_in_a_query_is_a_phrase() {
        let asked = |query: &str| {
            words(query).into_iter().map(|word| format!("{}{}", word.phrase.join(" "), if word.beginning { "*" } else { "" })).collect::<Vec<_>>()
        };
        assert_eq!(asked("192.0.2.7"), ["192 0 2 7*"]);
        assert_eq!(asked("テイクダウン　MONlist"), ["テイ イク クダ ダウ ウン", "monlist*"]);
        assert_eq!(asked("楽天、Amazon,詐"), ["楽天", "amazon*", "詐*"]);
        assert_eq!(asked("楽天card.html"), ["楽天 天 card html*"]);
        assert_eq!(asked("  .  ").len(), 0);
    }

    #[test]
    fn a_text_is_indexed_as_far_as_positions_go() {
        assert_eq!(listed(&"a ".repeat(50_000)).len(), MOST_TOKENS);
        let long = listed(&"あ".repeat(50_000));
        assert_eq!(long.len(), MOST_TOKENS);
        assert!(listed(&format!("{}end", "x".repeat(MOST_BYTES))).iter().all(|token| token != "end"));
    }

    #[test]
    fn tokens_need_no_quoting() {
        for token in listed("a'b\"c\\d:e*f(g)h&i|j!k<->l ʼ ＇") {
            assert!(token.chars().all(char::is_alphanumeric), "{token}");
        }
    }
}
