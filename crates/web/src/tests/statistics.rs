//! Every number leads to exactly its records.

use super::browser::{Browser, looking};
use noroshi_kernel::access::Role;

/// The figures of a page: number and address.
fn figures(page: &str) -> Vec<(i64, String)> {
    let links = page.split("<a class=\"figure\" href=\"").skip(1);
    links
        .map(|link| {
            let (href, rest) = link.split_once("\">").expect("a link");
            let (shown, _) = rest.split_once("</a>").expect("its end");
            (shown.replace(',', "").parse().expect("a number"), href.replace("&amp;", "&"))
        })
        .collect()
}

#[test]
fn every_number_is_the_count_of_its_list() {
    looking(async |filled| {
        let handler = Browser::of(filled, Role::Handler).await;
        for (path, least) in [
            ("/statistics?period=2019Q1", 100),
            ("/statistics?period=2019-02&scheme=2009", 50),
            ("/statistics?period=FY2018&scheme=2005", 100),
            ("/periodic-reports?period=2019Q1", 60),
        ] {
            let page = handler.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            let found = figures(&page.body);
            assert!(found.len() >= least, "{path} has {} figures", found.len());
            assert!(found.iter().any(|(value, _)| *value > 20), "{path} counts something");
            for (value, href) in found {
                assert_eq!(handler.get(&href).await.count(), Some(value), "{path}: {href}");
            }
        }
    });
}

#[test]
fn the_current_quarter_is_shown_first() {
    looking(async |filled| {
        let analyst = Browser::of(filled, Role::Analyst).await;
        let page = analyst.get("/statistics").await.body;
        assert!(page.contains("<h1>2019Q1 の統計</h1>") && page.contains("period=2018Q4") && page.contains("period=2019Q2"));
        assert_eq!(analyst.get("/statistics?scheme=1999").await.status, 400);
    });
}
