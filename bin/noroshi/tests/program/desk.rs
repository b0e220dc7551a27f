//! Intake desks from the command line.

use crate::{place::Home, server::account};

fn homes() -> impl Iterator<Item = Home> {
    [Some(Home::sqlite()), Home::postgres()].into_iter().flatten()
}

#[test]
fn a_desk_is_set_and_listed() {
    for home in homes() {
        account(&home, "hanako", "handler");
        account(&home, "taro", "coordinator");
        let desk = |place: usize| home.run(&["desk", "list", "--json"]).json()[place].clone();
        assert_eq!((desk(0)["key"].as_str(), desk(0)["address"].as_str(), desk(0)["acknowledges"].as_bool()), (Some("incident"), Some(""), Some(false)));
        let set = home.run(&[
            "desk",
            "set",
            "incident",
            "--address",
            "ir@example.jp",
            "--acknowledges",
            "yes",
            "--form",
            "no",
            "--tlp",
            "green",
            "--name-en",
            "Front desk",
        ]);
        assert_eq!((set.code(), set.out().as_str()), (0, ""), "{}", set.err());
        assert_eq!(home.run(&["desk", "staff", "incident", "taro", "hanako"]).code(), 0);
        let now = desk(0);
        assert_eq!(
            (now["address"].as_str(), now["acknowledges"].as_bool(), now["form"].as_bool(), now["tlp"].as_str()),
            (Some("ir@example.jp"), Some(true), Some(false), Some("TLP:GREEN"))
        );
        assert_eq!((now["name"]["en"].as_str(), now["name"]["ja"].as_str()), (Some("Front desk"), Some("インシデント")), "the other name stays");
        assert_eq!(now["staff"].as_array().map(Vec::len), Some(2));
        assert!(home.run(&["desk", "list"]).out().contains("ir@example.jp"));
        assert_eq!(home.run(&["desk", "staff", "incident"]).code(), 0);
        assert_eq!(desk(0)["staff"].as_array().map(Vec::len), Some(0), "without accounts, nobody");
        assert_eq!(desk(1)["address"].as_str(), Some(""), "the other desks stay as they are");
    }
}

#[test]
fn what_is_wrong_changes_nothing_and_is_named() {
    for home in homes() {
        assert_eq!(home.run(&["desk", "set", "incident", "--address", "ir@example.jp"]).code(), 0);
        for (arguments, code, says) in [
            (&["desk", "set", "nowhere", "--address", "x@example.jp"][..], 1, "there is no desk \"nowhere\""),
            (&["desk", "set", "office", "--address", "no address"], 1, "must look like ir@example.jp"),
            (&["desk", "set", "office", "--address", "ir@example.jp"], 1, "that address is the desk's"),
            (&["desk", "set", "office", "--acknowledges", "yes"], 1, "needs a mail address first"),
            (&["desk", "set", "office", "--acknowledges", "perhaps"], 2, "perhaps"),
            (&["desk", "set", "office", "--tlp", "pink"], 2, "pink"),
            (&["desk", "staff", "office", "nobody"], 1, "there is no account nobody"),
        ] {
            let ran = home.run(arguments);
            assert_eq!((ran.code(), ran.out().as_str()), (code, ""), "{arguments:?}: {}", ran.err());
            assert!(ran.err().contains(says), "{arguments:?}: {}", ran.err());
        }
        let office = home.run(&["desk", "list", "--json"]).json()[3].clone();
        assert_eq!((office["key"].as_str(), office["address"].as_str()), (Some("office"), Some("")));
    }
}
