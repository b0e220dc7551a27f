//! The brand table from a file: a wrong row changes nothing and is named.

use crate::place::Home;

const HEAD: &str = "key,name_ja,name_en,origin,country,sector,aliases\n";

#[test]
fn a_wrong_row_is_named_and_changes_nothing() {
    let home = Home::sqlite();
    let keys = |home: &Home| {
        home.run(&["brand", "list", "--json"]).json().as_array().unwrap().iter().map(|brand| brand["key"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = keys(&home);
    let file = home.file(
        "brands.csv",
        format!("{HEAD}new-one,新一,New One,nowhere,JP,bank,\nnew-two,新二,New Two,domestic,JP,bank,楽天\nnew-three,新三,New Three,domestic,JP,bank,\namazon,他,Other,foreign,US,bank,\n").as_bytes(),
    );
    let ran = home.run(&["brand", "import", file.to_str().unwrap()]);
    assert_eq!((ran.code(), ran.out().as_str()), (3, ""));
    for says in [
        "brands.csv: line 2: the origin \"nowhere\" of new-one must be domestic, foreign or unknown",
        "brands.csv: line 3: the name \"楽天\" of new-two belongs to rakuten",
        "1 brand is new; 1 was there and stays as it is\n",
        "2 rows were set aside and changed nothing",
    ] {
        assert!(ran.err().contains(says), "{says}: {}", ran.err());
    }
    let mut after = keys(&home);
    after.retain(|key| !before.contains(key));
    assert_eq!(after, ["new-three"]);
    let again = home.run(&["brand", "import"]);
    assert_eq!(again.code(), 0, "the shipped table has no wrong row: {}", again.err());
    assert!(again.err().contains("0 brands are new"), "{}", again.err());
}

#[test]
fn a_file_that_is_no_brand_table_is_refused() {
    let home = Home::sqlite();
    let file = home.file("list.csv", b"date,URL,description\n");
    let ran = home.run(&["brand", "import", file.to_str().unwrap()]);
    assert_eq!(ran.code(), 1);
    assert!(ran.err().contains("list.csv: the first line of a brand table must name its columns"), "{}", ran.err());
}
