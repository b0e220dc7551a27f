//! Files that stand uuencoded in a letter's text are its parts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use noroshi_post::letter;

#[test]
fn files_in_a_text_are_parts() {
    let file = "begin 644 ../etc/note\u{202e}.txt\r\n%:&5L;&\\`\r\n`\r\nend\r\n";
    let raw = format!("From: a@example.jp\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n報告です。\r\n{file}\r\n{file}以上\r\n");
    let letter = letter::read(raw.as_bytes()).unwrap();
    let told: Vec<_> = letter.parts.iter().map(|part| (part.path.as_str(), part.media_type.as_str(), part.name.as_deref(), part.attached)).collect();
    let name = Some("note\\u{202e}.txt");
    assert_eq!(told, [("1", "text/plain", None, false), ("1.u1", "application/octet-stream", name, true), ("1.u2", "application/octet-stream", name, true)]);
    assert_eq!(letter.parts[1].bytes(), Some(&b"hello"[..]));
    assert_eq!(letter.texts().count(), 1);
    assert!(letter.parts[0].text().unwrap().contains("begin 644"), "the text stays as it was sent");
    assert!(letter.oddities.is_empty());
}

#[test]
fn one_that_breaks_off_is_told() {
    let letter = letter::read(b"From: a@example.jp\r\n\r\nbegin 644 a.bin\r\n#86)C\r\nand so on\r\n").unwrap();
    assert_eq!((letter.parts[1].bytes(), letter.oddities[0].key.as_ref()), (Some(&b"abc"[..]), "part-uuencode"));
}

#[test]
fn an_attached_text_and_html_are_left_alone() {
    for fields in ["Content-Type: text/html", "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt"] {
        let letter = letter::read(format!("From: a@example.jp\r\n{fields}\r\n\r\nbegin 644 a.bin\r\n#86)C\r\n`\r\nend\r\n").as_bytes()).unwrap();
        assert_eq!(letter.parts.len(), 1);
    }
}
