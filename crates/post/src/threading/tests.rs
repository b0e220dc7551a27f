use super::*;
use crate::letter;
use proptest::prelude::*;

fn marks() -> Marks {
    Marks::new("EXAMPLE-CSIRT", &[7; 32])
}

/// Thread 1 is the case 2013-04412: we wrote `ours-1@example.jp` to contact@isp.example (party 11), who wrote `isp-1@isp.example`.
/// Thread 3 is the confidential case 2013-09999, in which contact@isp.example (party 31) takes part: we wrote `ours-3@example.jp` and got
/// `isp-3@isp.example`. Thread 2 is an inquiry K7M2-9QPD by reporter@home.example (party 21), letter `guess@home.example`.
struct World;

impl Known for World {
    fn of_party(&self, party: i64) -> Option<i64> {
        match party {
            11 => Some(1),
            21 => Some(2),
            31 => Some(3),
            _ => None,
        }
    }

    fn of_ours(&self, id: &str) -> Option<i64> {
        match id {
            "ours-1@example.jp" => Some(1),
            "ours-3@example.jp" => Some(3),
            _ => None,
        }
    }

    fn of_theirs(&self, id: &str) -> &[i64] {
        match id {
            "isp-1@isp.example" => &[1],
            "isp-3@isp.example" => &[3],
            "guess@home.example" => &[2],
            // The same id came in twice, in two threads: who chooses ids may choose one that is there.
            "twice@home.example" => &[1, 2],
            _ => &[],
        }
    }

    fn of_tag(&self, tag: &str) -> &[i64] {
        match tag {
            "2013-04412" => &[1],
            "2013-09999" => &[3],
            "K7M2-9QPD" => &[2],
            _ => &[],
        }
    }

    fn takes_part(&self, thread: i64, address: &str) -> bool {
        matches!((thread, address), (1 | 3, "contact@isp.example") | (2, "reporter@home.example"))
    }

    fn is_confidential(&self, thread: i64) -> bool {
        thread == 3
    }
}

fn placed(head: &str) -> Place {
    let letter = letter::read(format!("{head}\r\n\r\ntext\r\n").as_bytes()).expect("a letter");
    place(&marks().signs(&letter.headers, None), &World)
}

/// A head, where the letter belongs and by what, or which thread it quotes without being of it.
type Row = (String, Option<(i64, By)>, Option<i64>);

/// In a thread of its own.
const OWN: Option<(i64, By)> = None;

#[test]
fn a_stranger_who_quotes_never_lands_in_a_case() {
    let token = marks().reply_address("ir@example.jp", 11);
    let other_teams = Marks::new("EXAMPLE-CSIRT", &[8; 32]).reply_address("ir@example.jp", 11);
    let shouted = token.to_uppercase();
    let forged = token.replace('@', "a@");
    let by = |thread, by| Some((thread, by));
    let stranger = "From: stranger@else.example\r\n";
    let contact = "From: Contact <Contact@ISP.example>\r\n";
    #[rustfmt::skip]
    let table: Vec<Row> = vec![
        // What a party sends.
        (format!("{contact}Subject: Re: [EXAMPLE-CSIRT #2013-04412] phishing"), by(1, By::Tag), None),
        (format!("{contact}Subject: Re: [example-csirt#2013-04412 ] phishing"), by(1, By::Tag), None),
        (format!("{contact}Subject: =?utf-8?B?UmU6IO+8u0VYQU1QTEUtQ1NJUlQg77yDMjAxMy0wNDQxMu+8vQ==?="), by(1, By::Tag), None),
        (format!("{contact}In-Reply-To: <isp-1@isp.example>\r\nSubject: x"), by(1, By::Reference), None),
        (format!("{contact}References: <ours-1@example.jp> <unknown@isp.example>\r\nSubject: x"), by(1, By::Reference), None),
        ("From: reporter@home.example\r\nIn-Reply-To: <twice@home.example>".into(), by(2, By::Reference), None),
        ("From: reporter@home.example\r\nSubject: [EXAMPLE-CSIRT #k7m2-9qpd]".into(), by(2, By::Tag), None),
        // What anybody sends who was shown our letter, or given the address.
        (format!("{stranger}In-Reply-To: <ours-1@example.jp>"), by(1, By::Reference), None),
        (format!("{stranger}To: {token}"), by(1, By::Token), None),
        (format!("{stranger}To: x@example.jp\r\nCc: Team <{shouted}>"), by(1, By::Token), None),
        (format!("{stranger}Delivered-To: {token}"), by(1, By::Token), None),
        // What a stranger sends who saw or guessed a number, an id, an address.
        (format!("{stranger}Subject: [EXAMPLE-CSIRT #2013-04412] urgent"), OWN, Some(1)),
        (format!("{stranger}In-Reply-To: <isp-1@isp.example>"), OWN, Some(1)),
        (format!("{stranger}References: <guess@home.example>\r\nSubject: [EXAMPLE-CSIRT #2013-04412]"), OWN, Some(2)),
        (format!("{stranger}To: {other_teams}"), OWN, None),
        (format!("{stranger}To: {forged}"), OWN, None),
        (format!("{stranger}To: ir+n@example.jp, ir+naaaaaaaaaaaaaaaa@example.jp, ir+n=@example.jp"), OWN, None),
        // A party of one thread is a stranger in another.
        (format!("{contact}Subject: [EXAMPLE-CSIRT #K7M2-9QPD]"), OWN, Some(2)),
        ("From: reporter@home.example\r\nSubject: [EXAMPLE-CSIRT #2013-04412]".into(), OWN, Some(1)),
        // Names that look like the party's, and the party's address where it is not the sender's.
        ("From: \"contact@isp.example\" <stranger@else.example>\r\nSubject: [EXAMPLE-CSIRT #2013-04412]".into(), OWN, Some(1)),
        ("From: stranger@else.example\r\nSender: contact@isp.example\r\nSubject: [EXAMPLE-CSIRT #2013-04412]".into(), OWN, Some(1)),
        ("From: stranger@else.example\r\nReply-To: contact@isp.example\r\nSubject: [EXAMPLE-CSIRT #2013-04412]".into(), OWN, Some(1)),
        ("From: =?utf-8?B?0YHQvtC9dGFjdEBpc3AuZXhhbXBsZQ==?= <\u{441}ontact@isp.example>\r\nSubject: [EXAMPLE-CSIRT #2013-04412]".into(), OWN, Some(1)),
        ("From: contact@isp.example.else.example\r\nSubject: [EXAMPLE-CSIRT #2013-04412]".into(), OWN, Some(1)),
        ("Subject: [EXAMPLE-CSIRT #2013-04412]".into(), OWN, Some(1)),
        // A party's address that somebody else wrote into the head: the envelope says so.
        (format!("Return-Path: <eve@else.example>\r\n{contact}Subject: [EXAMPLE-CSIRT #2013-04412]"), OWN, Some(1)),
        (format!("Return-Path: <eve@else.example>\r\n{contact}In-Reply-To: <isp-1@isp.example>"), OWN, Some(1)),
        (format!("Return-Path: <eve@notisp.example>\r\n{contact}Subject: [EXAMPLE-CSIRT #2013-04412]"), OWN, Some(1)),
        (format!("Return-Path: <>\r\n{contact}Subject: [EXAMPLE-CSIRT #2013-04412]"), OWN, Some(1)),
        (format!("Return-Path: <bounces@mail.isp.example>\r\n{contact}Subject: [EXAMPLE-CSIRT #2013-04412]"), by(1, By::Tag), None),
        (format!("Return-Path: <contact@isp.example>\r\n{contact}In-Reply-To: <isp-1@isp.example>"), by(1, By::Reference), None),
        (format!("Return-Path: <eve@else.example>\r\n{contact}In-Reply-To: <ours-1@example.jp>"), by(1, By::Reference), None),
        (format!("Return-Path: <eve@example>\r\n{contact}Subject: [EXAMPLE-CSIRT #2013-04412]"), OWN, Some(1)),
        // Into a confidential thread nobody comes by an address.
        (format!("Return-Path: <contact@isp.example>\r\n{contact}Subject: [EXAMPLE-CSIRT #2013-09999]"), OWN, Some(3)),
        (format!("{contact}In-Reply-To: <isp-3@isp.example>"), OWN, Some(3)),
        (format!("{contact}In-Reply-To: <ours-3@example.jp>"), by(3, By::Reference), None),
        (format!("{contact}To: {}", marks().reply_address("ir@example.jp", 31)), by(3, By::Token), None),
        // Other teams' tags, and what is none.
        (format!("{contact}Subject: [OTHER-CSIRT #2013-04412] x"), OWN, None),
        (format!("{contact}Subject: EXAMPLE-CSIRT #2013-04412 x"), OWN, None),
        (format!("{contact}Subject: [EXAMPLE-CSIRT #2013-04413] x"), OWN, None),
        (format!("{contact}Subject: [EXAMPLE-CSIRT #2013-04412 x"), OWN, None),
    ];
    for (head, expected, quotes) in table {
        let expected = expected.map_or(Place::New { quotes }, |(thread, by)| Place::In { thread, by });
        assert_eq!(placed(&head), expected, "{head}");
    }
}

#[test]
fn a_subject_is_tagged_once() {
    let marks = marks();
    let once = marks.tagged("2013-04412", "Re: phishing");
    assert_eq!(once, "[EXAMPLE-CSIRT #2013-04412] Re: phishing");
    assert_eq!(marks.tagged("2013-04412", &once), once);
    assert_eq!(marks.tagged("2013-04412", ""), "[EXAMPLE-CSIRT #2013-04412]");
    assert_eq!(marks.tags(&format!("Re: {once} [EXAMPLE-CSIRT #K7M2-9QPD]")), ["2013-04412", "K7M2-9QPD"]);
}

#[test]
fn every_thread_has_a_code_of_its_own() {
    let marks = marks();
    let codes: std::collections::HashSet<_> = (0..20_000).map(|thread| marks.code(thread)).collect();
    assert_eq!(codes.len(), 20_000);
    for code in codes {
        assert!(code.len() == 9 && code.as_bytes()[4] == b'-', "{code}");
        assert_eq!(marks.tags(&marks.tagged(&code, "x")), [code]);
    }
    assert_ne!(marks.code(1), Marks::new("EXAMPLE-CSIRT", &[8; 32]).code(1));
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", marks());
    assert!(shown.contains("EXAMPLE-CSIRT") && !shown.contains('7'), "{shown}");
    assert_ne!(marks().loop_mark(), Marks::new("EXAMPLE-CSIRT", &[8; 32]).loop_mark());
}

#[test]
fn look_alikes_are_told() {
    for (one, other, alike) in [
        ("contact@isp.example", "\u{441}ontact@isp.example", true),
        ("contact@isp.example", "contact@xn--sp-eyb.example", false),
        ("admin@modern.example", "admin@rnodern.example", true),
        ("admin@example.jp", "admin@example.com", false),
        ("admin@example.jp", "admin@example.jp", false),
        ("support@paypal.example", "support@paypa1.example", true),
    ] {
        assert_eq!(looks_like(one, other), alike, "{one} {other}");
    }
}

proptest! {
    #[test]
    fn a_token_finds_its_party_back_and_no_other_does(party in 0..i64::MAX, other: [u8; 32]) {
        let marks = marks();
        let given = marks.reply_address("ir@example.jp", party);
        prop_assert_eq!(marks.party(&given), Some(party));
        prop_assert!(given.split('@').next().is_some_and(|local| local.len() <= 64), "a local part has 64 octets at most (RFC 5321, section 4.5.3.1.1)");
        prop_assert_eq!(address(&given), "ir@example.jp");
        prop_assume!(other != [7; 32]);
        prop_assert_eq!(Marks::new("EXAMPLE-CSIRT", &other).party(&given), None);
    }

    #[test]
    fn nothing_from_outside_makes_a_panic(head in "\\PC{0,300}") {
        let headers = Headers::read(format!("From: {head}\r\nTo: a+n{head}@b\r\nSubject: [EXAMPLE-CSIRT #{head}]\r\nReferences: {head}\r\n").as_bytes());
        let signs = marks().signs(&headers, Some(&head));
        let _ = (place(&signs, &World), looks_like(&head, "a@b"));
    }
}

#[test]
fn an_envelope_fits_under_one_registered_name_alone() {
    for (from, envelope, fits) in [
        ("yamada@shinkin.example.jp", "yamada@shinkin.example.jp", true),
        ("yamada@shinkin.example.jp", "bounces@mail.shinkin.example.jp", true),
        ("yamada@shinkin.example.jp", "other@example.jp", true),
        ("yamada@shinkin.example.jp", "eve@jp", false),
        ("yamada@shinkin.co.jp", "eve@co.jp", false),
        ("yamada@shinkin.co.jp", "eve@evil.co.jp", false),
        ("yamada@mail.shinkin.co.jp", "x@shinkin.co.jp", true),
        ("yamada@shinkin.example.jp", "eve@evil-example.jp", false),
        ("root@localhost", "cron@localhost", true),
        ("root@localhost", "eve@jp", false),
    ] {
        let signs = Signs { from: from.into(), envelope_from: Some(envelope.into()), ..Signs::default() };
        assert_eq!(signs.is_aligned(), fits, "{from} by {envelope}");
    }
    assert!(Signs { from: "a@example.jp".into(), ..Signs::default() }.is_aligned(), "what no server told speaks against nothing");
    assert!(!Signs { from: "a@example.jp".into(), envelope_from: Some(String::new()), ..Signs::default() }.is_aligned(), "the null path");
}
