//! The press: letters come out, equal input gives equal bytes, nothing outside is reached, and what is too much is refused.

#![allow(clippy::expect_used)]

use noroshi_press::{Fonts, Limits, Press, Sheets};
use std::{fs, process::Command, time::Duration};

fn press() -> Press {
    Press::new(Fonts::of_the_system(), Limits::default())
}

fn sheets(source: &str) -> Sheets {
    Sheets { source: source.into(), ..Sheets::default() }
}

/// The text of a PDF as pdftotext finds it; none, loudly, where it is not installed.
fn text(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("it.pdf");
    fs::write(&file, pdf).expect("written");
    match Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output() {
        Ok(output) => Some(String::from_utf8(output.stdout).expect("text")),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "pdftotext cannot be started: {error}");
            eprintln!("SKIPPED: pdftotext is not installed (scripts/test installs it)");
            None
        }
    }
}

#[test]
fn japanese_and_english_come_out_as_text() {
    let pdf = press()
        .pdf(sheets("#set text(lang: \"ja\")\n= インシデント報告対応レポート\n報告は 4,399 件でした。 Reports by quarter. `tcp/445` 狼煙"))
        .expect("a PDF");
    assert!(pdf.starts_with(b"%PDF-"));
    if let Some(text) = text(&pdf) {
        for words in ["インシデント報告対応レポート", "4,399 件でした。", "Reports by quarter.", "tcp/445", "狼煙"] {
            assert!(text.contains(words), "{words:?} is not in {text:?}");
        }
    }
}

#[test]
fn equal_sheets_give_equal_bytes_and_bear_no_time() {
    let one = press().pdf(sheets("= 報告\nText")).expect("a PDF");
    assert_eq!(one, press().pdf(sheets("= 報告\nText")).expect("a PDF"));
    assert_ne!(one, press().pdf(sheets("= 報告\nTexts")).expect("a PDF"));
    let held = |needle: &[u8]| one.windows(needle.len()).any(|window| window == needle);
    assert!(!held(b"CreationDate") && !held(b"ModDate"));
}

#[test]
fn nothing_outside_is_reached() {
    let picture = b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>".to_vec();
    let given = Sheets { source: "#image(\"a.svg\")".into(), files: [("a.svg".to_owned(), picture)].into() };
    assert!(press().pdf(given).is_ok(), "what came with the source is there");
    for source in [
        "#read(\"/etc/passwd\")",
        "#read(\"../../../../etc/passwd\")",
        "#image(\"/etc/hostname\")",
        "#include \"main2.typ\"",
        "#import \"@preview/cetz:0.3.4\"",
        "#json(\"https://noroshi.example/\")",
        "#plugin(\"x.wasm\")",
        "#datetime.today().display()",
    ] {
        let refused = press().pdf(sheets(source)).expect_err(source);
        assert_eq!(refused.key, "press", "{source}: {refused}");
    }
}

#[test]
fn what_is_too_much_is_refused() {
    let with = |limits: Limits| Press::new(Fonts::of_the_system(), limits);
    let key = |limits: Limits, sheets: Sheets| with(limits).pdf(sheets).expect_err("refused").key;
    assert_eq!(key(Limits { source_bytes: 3, ..Limits::default() }, sheets("text")), "press-size");
    let heavy = Sheets { files: [("a".to_owned(), vec![0; 10])].into(), ..sheets("text") };
    assert_eq!(key(Limits { files_bytes: 9, ..Limits::default() }, heavy), "press-size");
    assert_eq!(key(Limits { pages: 2, ..Limits::default() }, sheets("a #pagebreak() b #pagebreak() c")), "press-size");
    let slow = sheets("#let count = 0\n#for number in range(900) [= #number #lorem(300)]");
    assert_eq!(key(Limits { time: Duration::from_millis(1), ..Limits::default() }, slow), "press-time");
    let svg = |width: u32| format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"4\"/>");
    let small = with(Limits { side_px: 20, ..Limits::default() });
    assert!(small.png(&svg(10), 2).is_ok());
    assert_eq!(small.png(&svg(11), 2).expect_err("refused").key, "press-size");
    assert_eq!(small.png("<p>", 1).expect_err("refused").key, "press-picture");
}

#[test]
fn without_a_font_for_japanese_it_says_what_to_install() {
    let nothing = tempfile::tempdir().expect("a folder");
    let press = Press::new(Fonts::in_folder(nothing.path()), Limits::default());
    for refused in [
        press.pdf(sheets("text")).expect_err("refused"),
        press.png("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"4\"/>", 1).expect_err("refused"),
    ] {
        assert_eq!(refused.key, "press-fonts");
        assert!(refused.text.ja.contains("apt install fonts-noto-cjk") && refused.text.en.contains("apt install fonts-noto-cjk"), "{refused:?}");
    }
}

#[test]
fn a_picture_has_letters_and_is_the_same_again() {
    let svg = |words: &str| {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"80\" height=\"20\"><style>text{{font-family:Inter,\"Noto Sans CJK JP\",IPAexGothic,sans-serif;font-size:12px}}</style><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><text x=\"4\" y=\"14\">{words}</text></svg>"
        )
    };
    let png = |words: &str| press().png(&svg(words), 1).expect("a PNG");
    assert!(png("報告").starts_with(b"\x89PNG"));
    assert_eq!(png("報告"), png("報告"));
    let different: std::collections::BTreeSet<Vec<u8>> = ["", "報告", "告報", "観測"].map(png).into();
    assert_eq!(different.len(), 4, "each word has its letters, no boxes");
}

#[test]
fn a_picture_looks_at_no_file() {
    let file = tempfile::Builder::new().suffix(".svg").tempfile().expect("a file");
    fs::write(file.path(), "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"><rect width=\"8\" height=\"8\" fill=\"#f00\"/></svg>")
        .expect("written");
    let with = |inner: &str| press().png(&format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\">{inner}</svg>"), 1).expect("a PNG");
    let image = format!("<image href=\"{}\" width=\"8\" height=\"8\"/>", file.path().display());
    assert_eq!(with(&image), with(""));
}
