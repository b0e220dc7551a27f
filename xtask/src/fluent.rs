//! Fluent texts: the same keys and arguments in Japanese and English, and no key that nobody uses.

use crate::{Findings, sources};
use anyhow::{Result, anyhow};
use fluent_syntax::{ast, parser};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

type Texts = BTreeMap<String, BTreeSet<String>>;

pub(crate) fn check(root: &Path) -> Result<Findings> {
    let mut findings = Findings::new();
    for japanese in sources::files(&root.join("crates"), &["ftl"])?.into_iter().filter(|path| path.components().any(|part| part.as_os_str() == "ja")) {
        let english: std::path::PathBuf = japanese.components().map(|part| if part.as_os_str() == "ja" { "en".as_ref() } else { part.as_os_str() }).collect();
        let place = japanese.strip_prefix(root).unwrap_or(&japanese).display().to_string();
        if !english.exists() {
            findings.push(format!("{place} has no English beside it"));
            continue;
        }
        let (ja, en) = (read(&japanese)?, read(&english)?);
        for key in ja.keys().chain(en.keys()).collect::<BTreeSet<_>>() {
            match (ja.get(key), en.get(key)) {
                (Some(_), None) => findings.push(format!("{place}: {key} is missing in English")),
                (None, Some(_)) => findings.push(format!("{place}: {key} is missing in Japanese")),
                (Some(ja), Some(en)) if ja != en => findings.push(format!("{place}: {key} takes {ja:?} in Japanese and {en:?} in English")),
                _ => {}
            }
        }
        // The crate that holds the texts: …/crates/NAME/locales/ja/NAME.ftl.
        if let Some(home) = japanese.ancestors().nth(3) {
            findings.extend(unused(home, &place, ja.keys())?);
        }
    }
    Ok(findings)
}

fn read(path: &Path) -> Result<Texts> {
    let text = fs::read_to_string(path)?;
    let resource = parser::parse(text).map_err(|(_, errors)| anyhow!("{}: {errors:?}", path.display()))?;
    let mut texts = Texts::new();
    for entry in resource.body {
        if let ast::Entry::Message(message) = entry {
            let mut arguments = BTreeSet::new();
            if let Some(pattern) = &message.value {
                of_pattern(pattern, &mut arguments);
            }
            if texts.insert(message.id.name.clone(), arguments).is_some() {
                return Err(anyhow!("{}: {} stands twice", path.display(), message.id.name));
            }
        }
    }
    Ok(texts)
}

fn of_pattern(pattern: &ast::Pattern<String>, into: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            match expression {
                ast::Expression::Inline(inline) => of_inline(inline, into),
                ast::Expression::Select { selector, variants } => {
                    of_inline(selector, into);
                    for variant in variants {
                        of_pattern(&variant.value, into);
                    }
                }
            }
        }
    }
}

fn of_inline(inline: &ast::InlineExpression<String>, into: &mut BTreeSet<String>) {
    match inline {
        ast::InlineExpression::VariableReference { id } => {
            into.insert(id.name.clone());
        }
        ast::InlineExpression::FunctionReference { arguments, .. } => arguments.positional.iter().for_each(|argument| of_inline(argument, into)),
        ast::InlineExpression::Placeable { expression } => {
            if let ast::Expression::Inline(inner) = expression.as_ref() {
                of_inline(inner, into);
            }
        }
        _ => {}
    }
}

/// Keys that no source or template of the crate names. A key that is put together (`category-{…}`) is used when its beginning is.
fn unused<'a>(home: &Path, place: &str, keys: impl Iterator<Item = &'a String>) -> Result<Findings> {
    let mut text = String::new();
    for path in sources::files(home, &["rs", "html", "txt"])? {
        text.push_str(&fs::read_to_string(path)?);
    }
    let used = |key: &str| {
        let whole = text.contains(&format!("\"{key}\""));
        whole
            || key
                .match_indices('-')
                .any(|(at, _)| key.get(..=at).is_some_and(|head| text.contains(&format!("\"{head}{{")) || text.contains(&format!("\"{head}\""))))
    };
    Ok(keys.filter(|key| !used(key)).map(|key| format!("{place}: {key} is used nowhere")).collect())
}
