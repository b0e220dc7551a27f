//! Values taken out of streams, good and broken.

use super::*;
use proptest::prelude::*;

fn values(text: &[u8], limit: usize) -> Vec<(u64, u64, String)> {
    let mut values = Values::new(text, limit).expect("no read fails");
    let mut found = Vec::new();
    while let Some(raw) = values.next().expect("no read fails") {
        let text = match raw.body {
            RowBody::Complete(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            _ => "too long".into(),
        };
        found.push((raw.line, raw.offset, text));
    }
    found
}

fn texts(text: &str) -> Vec<String> {
    values(text.as_bytes(), 100).into_iter().map(|(.., text)| text).collect()
}

#[test]
fn arrays_and_lines_are_taken_apart() {
    assert_eq!(texts(" [ {\"a\":[1,2]} , \"x,]\", 3 ,{}] "), ["{\"a\":[1,2]}", "\"x,]\"", "3", "{}"]);
    assert_eq!(texts("{\"a\":\n1}\n{\"b\":\"}\\\"{\"}\r\n7\n"), ["{\"a\":\n1}", "{\"b\":\"}\\\"{\"}", "7"]);
    assert_eq!(texts(""), Vec::<String>::new());
    assert_eq!(texts("[]"), Vec::<String>::new());
    assert_eq!(values(b"\xef\xbb\xbf\n{}\n {}", 100), [(2, 4, "{}".into()), (3, 8, "{}".into())]);
}

#[test]
fn a_broken_value_does_not_hurt_the_next_line() {
    assert_eq!(texts("{\"a\":{\n{\"b\":1}\n"), ["{\"a\":{", "{\"b\":1}"]);
    assert_eq!(texts("{\"a\":\"x\n{\"b\":1}\n"), ["{\"a\":\"x", "{\"b\":1}"]);
    assert_eq!(texts("}\n{\"b\":1}"), ["}", "{\"b\":1}"]);
}

#[test]
fn long_and_deep_values_are_refused() {
    let long = format!("[\"{}\",1]", "x".repeat(10 << 20));
    assert_eq!(values(long.as_bytes(), 1000).into_iter().map(|(.., text)| text).collect::<Vec<_>>(), ["too long", "1"]);
    assert_eq!(parse(format!("[{}0]", "0,".repeat(MOST_PARTS)).as_bytes()).expect_err("too many").key, "json-parts");
    assert!(parse(format!("[\"{}\"]", ",".repeat(MOST_PARTS)).as_bytes()).is_ok());
    let deep = "[".repeat(10_000);
    assert_eq!(parse(deep.as_bytes()).expect_err("too deep").key, "json-depth");
    assert_eq!(parse(b"{\"a\":\"\x8a\x79\x93\x56\"}").expect_err("no UTF-8").key, "not-utf-8");
    assert_eq!(parse(b"{\"a\"").expect_err("broken").key, "json-broken");
}

#[test]
fn details_are_laid_out_in_bounds() {
    let value =
        parse(format!("{{\"a\":[1,\"x\",null],\"b\":[{{\"c\":true}}],\"{}\":1,\"d\":\"{}\"}}", "k".repeat(9999), "楽".repeat(9999)).as_bytes()).expect("JSON");
    let mut told = Vec::new();
    flatten("v", &value, &mut told);
    let told: Vec<_> = told.iter().map(|(name, text)| (name.as_str(), text.len())).collect();
    assert_eq!(told, [("v.a", 4), ("v.b.0.c", 4), ("v.d", 4095)]);
}

proptest! {
    #[test]
    fn every_byte_is_accounted_for(bytes in prop::collection::vec(prop::sample::select(b"{}[]\",:\\\n ax1".to_vec()), 0..200)) {
        let found = values(&bytes, 1000);
        let mut last = 0;
        for (_, offset, text) in &found {
            prop_assert!(*offset >= last);
            last = offset + text.len() as u64;
        }
        prop_assert!(last <= bytes.len() as u64);
    }

    #[test]
    fn what_is_written_reads_back(numbers in prop::collection::vec(any::<u32>(), 0..20), lines: bool) {
        let objects: Vec<_> = numbers.iter().map(|number| format!("{{\"n\":{number}}}")).collect();
        let text = if lines { objects.join("\n") } else { format!("[{}]", objects.join(", ")) };
        prop_assert_eq!(texts(&text), objects);
    }
}
