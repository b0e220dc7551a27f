//! The canonical form, by examples of the field and by properties.

use super::*;
use proptest::prelude::*;

fn form(text: &str) -> String {
    url(text).map_or_else(|problem| problem.to_string(), |found| found.url)
}

#[test]
fn the_rules() {
    for (text, canonical) in [
        ("http://EXAMPLE.test", "http://example.test/"),
        (" \thttps://example.test:443/a \u{feff}", "https://example.test/a"),
        ("http://example.test:443/", "http://example.test:443/"),
        ("http://example.test:80?q", "http://example.test/?q"),
        ("http://example.test./", "http://example.test/"),
        ("http://a.．.。.", "http://a/"),
        ("http://example.test.....:81/x", "http://example.test:81/x"),
        ("http://example.test/a/../b/./c", "http://example.test/b/c"),
        ("http://example.test/%7e%2f?b=2&a=1&b=%e3#top", "http://example.test/~%2F?b=2&a=1&b=%E3"),
        ("http://日本.test/楽", "http://xn--wgv71a.test/%E6%A5%BD"),
        ("http://ｅｘａｍｐｌｅ．test/", "http://example.test/"),
        ("http://例え。test/", "http://xn--r8jz45g.test/"),
        ("hxxps://a[.]example(.)test/x[.]y", "https://a.example.test/x[.]y"),
        ("htps://137.220.233.40/", "https://137.220.233.40/"),
        ("htps://pocketcard.co.jp.sswqp.com/", "https://pocketcard.co.jp.sswqp.com/"),
        ("example.test/login", "http://example.test/login"),
        ("192.0.2.7:8080", "http://192.0.2.7:8080/"),
        ("http;//example.test/", "http://example.test/"),
        ("http:\\\\example.test\\a", "http://example.test/a"),
        ("http://user:word@example.test/", "http://user:word@example.test/"),
        ("http://a_b.example.test/", "http://a_b.example.test/"),
        ("http://a{b}.example.test/%7e", "http://a{b}.example.test/~"),
        ("http://a^b.example.test?x#y", "http://a^b.example.test/?x"),
        ("http://a^b.example.test:99999/", "http://a^b.example.test:99999/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://[::FFFF:192.0.2.7]:81/", "http://192.0.2.7:81/"),
        ("http://[2001:DB8::7]/", "http://[2001:db8::7]/"),
        ("FTP://Example.test/A", "ftp://example.test/A"),
        ("http://http://example.test/", "http://example.test/"),
    ] {
        assert_eq!(form(text), canonical, "{text}");
        assert_eq!(form(canonical), canonical);
        assert_eq!(canonical.parse::<noroshi_kernel::observable::Url>().expect("a URL").as_str(), canonical);
    }
}

#[test]
fn hosts_and_addresses_are_told_apart() {
    let parts = |text| url(text).map(|found| (found.host.map(|host| host.to_string()), found.address.map(|address| address.to_string())));
    assert_eq!(parts("http://WWW.example.test:81/"), Ok((Some("www.example.test".into()), None)));
    assert_eq!(parts("http://192.0.2.7/"), Ok((Some("192.0.2.7".into()), Some("192.0.2.7".into()))));
    assert_eq!(parts("http://[::ffff:c000:207]/"), Ok((Some("192.0.2.7".into()), Some("192.0.2.7".into()))));
    assert_eq!(parts("http://[2001:db8::7]/"), Ok((Some("2001:db8::7".into()), Some("2001:db8::7".into()))));
    assert_eq!(parts("http://a{b}.example.test/"), Ok((None, None)));
}

#[test]
fn what_names_no_host_is_refused() {
    let long_host = format!("http://{}/", "a.".repeat(127) + "jp");
    for (text, problem) in [
        (" \n", Problem::Empty),
        ("http://", Problem::NoHost),
        ("http:///?x", Problem::NoHost),
        ("http://./", Problem::NoHost),
        ("https://#", Problem::NoHost),
        ("調査中", Problem::NoUrl),
        ("unknown", Problem::NoUrl),
        ("2019/01/04 10:12:00", Problem::NoUrl),
        ("http://two words/", Problem::HostBroken),
        ("mailto:someone@example.test", Problem::NotHierarchical("mailto".into())),
        (long_host.as_str(), Problem::HostTooLong),
    ] {
        assert_eq!(url(text), Err(problem), "{text}");
    }
}

#[test]
fn length_has_a_limit() {
    let fits = format!("http://example.test/{}", "a".repeat(MOST_BYTES - 20));
    assert_eq!(form(&fits), fits);
    assert_eq!(url(&format!("{fits}a")), Err(Problem::TooLong));
    assert_eq!(url(&format!("http://example.test/{}", "楽".repeat(2000))), Err(Problem::TooLong));
}

#[test]
fn keys_tell_kinds_apart() {
    assert_eq!(target_key("url", "http://example.test/"), target_key("url", "http://example.test/"));
    assert_ne!(target_key("url", "x"), target_key("host", "x"));
    assert_ne!(target_key("a", "bc"), target_key("ab", "c"));
}

/// Texts that look like URLs, and such that go wrong on the way.
fn near_urls() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec![
        "http://",
        "https://",
        "HTTP:",
        "hxxp://",
        "http;//",
        "http//",
        "htps://",
        "ftp://",
        "foo://",
        "//",
        "",
        "http://https://",
        "hxxps[:]//",
    ]);
    let host = "[a-zA-Z0-9._%@:\\[\\](){}\\-^|ａ。．／é日 \\\\]{0,20}";
    let tail = "([/?#\\\\][a-zA-Z0-9.%/?#&=\\\\\\[\\]é \t\u{1}~:]{0,24})?";
    (scheme, host, tail).prop_map(|(scheme, host, tail)| format!("{scheme}{host}{tail}"))
}

fn settles(text: &str) -> Result<(), TestCaseError> {
    if let Ok(found) = url(text) {
        let again = url(&found.url);
        prop_assert_eq!(again.as_ref(), Ok(&found), "{:?}", text);
        let kernel: noroshi_kernel::observable::Url = found.url.parse().map_err(|error| TestCaseError::fail(format!("{error}")))?;
        if let Some(host) = &found.host {
            let read: Option<Host> = kernel.host().and_then(|text| text.parse().ok());
            prop_assert_eq!(read.as_ref(), Some(host), "{:?}", text);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_form_settles(text in near_urls()) {
        settles(&text)?;
        prop_assert_ne!(url(&text), Err(Problem::Unsettled), "{:?}", text);
    }

    #[test]
    fn nothing_panics(text in ".{0,80}") {
        settles(&text)?;
    }

    #[test]
    fn the_short_way_agrees_with_the_long(text in "https?://([a-z0-9.-]{1,12}(\\.(com|jp|x))?|[0-9]{1,3}(\\.[0-9]{1,3}){3})(/[a-zA-Z0-9.%/?&=+:@,;!$*~_-]{0,24})?") {
        if let Some(short) = plain::form(&text) {
            prop_assert_eq!(once(&text), Ok(short));
        }
    }
}
