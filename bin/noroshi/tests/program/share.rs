//! `noroshi observe share`: keys are made, told once, listed and ended by the command line.

use crate::place::Home;

#[test]
fn keys_are_made_listed_and_ended() {
    for home in [Some(Home::sqlite()), Home::postgres()].into_iter().flatten() {
        home.set_up();
        assert_eq!(home.run(&["sensor", "add", "tokyo-1", "--region", "Kanto", "--country", "JP"]).code(), 0);
        let made = home.run(&["observe", "share", "add", "Example CERT", "--region", "JP"]);
        assert_eq!(made.code(), 0, "{}", made.err());
        assert!(made.out().starts_with("noroshi_share_") && made.out().trim().len() == 78, "{}", made.out());
        let lonely = home.run(&["observe", "share", "add", "Example University", "--researcher", "--region", "FR"]);
        assert!(lonely.code() == 0 && lonely.err().contains("no sensor is in FR yet"), "{}", lonely.err());
        let list = home.run(&["observe", "share", "list", "--json"]).json();
        assert_eq!(
            (list[0]["name"].as_str(), list[0]["kind"].as_str(), list[0]["sensors"].as_u64()),
            (Some("Example CERT"), Some("partner"), Some(1)),
            "{list}"
        );
        assert!(list[0]["ended_at"].is_null() && !list.to_string().contains("noroshi_share_"));
        assert_eq!(home.run(&["observe", "share", "end", "Example CERT"]).code(), 0);
        assert!(home.run(&["observe", "share", "list"]).out().contains("ended 20"));
        for (arguments, code) in [(&["Example CERT", "--region", "JP"][..], 1), (&["Nobody"][..], 2), (&[" ", "--researcher"][..], 1)] {
            assert_eq!(home.run(&[&["observe", "share", "add"][..], arguments].concat()).code(), code, "{arguments:?}");
        }
        assert_eq!(home.run(&["observe", "share", "end", "Nobody"]).code(), 1);
    }
}
