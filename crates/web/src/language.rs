//! The reader's language: what was chosen, else what the browser asks for, else Japanese.

use crate::{cookies, links, query::Parameters, web::Shared};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use noroshi_kernel::language::Language;

const YEAR_S: u32 = 365 * 86_400;

/// The language in which to answer.
pub(crate) fn of(headers: &HeaderMap) -> Language {
    let chosen = cookies::get(headers, cookies::LANGUAGE).and_then(|tag| tag.parse().ok());
    chosen.or_else(|| asked(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?)).unwrap_or_default()
}

/// The first of ours by weight in `Accept-Language` (RFC 9110, section 12.5.4).
fn asked(header: &str) -> Option<Language> {
    let weighed = header.split(',').filter_map(|part| {
        let (range, weight) = part.split_once(';').unwrap_or((part, "q=1"));
        let weight: f32 = weight.trim().strip_prefix("q=").and_then(|digits| digits.parse().ok()).unwrap_or(0.0);
        let primary = range.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        (weight > 0.0).then_some(()).and(primary.parse::<Language>().ok()).map(|language| (weight, language))
    });
    weighed
        .fold(None, |best: Option<(f32, Language)>, one| if best.is_some_and(|best| best.0 >= one.0) { best } else { Some(one) })
        .map(|(_, language)| language)
}

/// `GET /language/{ja|en}?to=/path`: keeps the choice and goes back.
pub(crate) async fn choose(State(web): State<Shared>, Path(tag): Path<String>, parameters: Parameters) -> Result<Response, crate::failure::Failure> {
    let language: Language = tag.parse().map_err(|_| crate::failure::Failure::Missing)?;
    let to = parameters.get("to").and_then(links::local).unwrap_or("/");
    let cookie = cookies::set(cookies::LANGUAGE, language.tag(), Some(YEAR_S), web.behind_tls);
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(to)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_heaviest_language_of_ours_wins() {
        for (header, language) in [
            ("en-US,en;q=0.9,ja;q=0.8", Language::En),
            ("ja,en;q=0.9", Language::Ja),
            ("fr,en;q=0.5,ja;q=0.7", Language::Ja),
            ("fr", Language::Ja),
            ("*", Language::Ja),
            ("en;q=0,ja;q=0.1", Language::Ja),
            ("", Language::Ja),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(header))]);
            assert_eq!(of(&headers), language, "{header}");
        }
    }
}
