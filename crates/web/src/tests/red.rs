//! What is RED is known to its participants only.

use super::{browser::Browser, filled::Filled};
use noroshi_kernel::access::Role;

fn waiting(page: &str) -> i64 {
    let (_, rest) = page.split_once("href=\"/incidents?state=open\" aria-current=\"page\">").expect("the rail");
    rest.split_once("<b>").expect("a count").1.split_once("</b>").expect("its end").0.replace(',', "").parse().expect("a number")
}

#[tokio::test]
async fn a_red_incident_is_not_there_for_others() {
    let filled = &Filled::open(60).await;
    let (handler, inside) = (Browser::of(filled, Role::Handler).await, Browser::of(filled, Role::Administrator).await);
    let here = format!("/incidents/{}", filled.red);
    assert!(inside.get(&here).await.body.contains("secret.example[.]jp"));
    let refused = handler.get(&here).await;
    assert_eq!(refused.status, 404);
    let without = |page: String| page.split("<p class=\"faint\">").next().map(|page| page.replace("2019-00003", "2019-99999"));
    assert_eq!(without(refused.body), without(handler.get("/incidents/2019-99999").await.body), "as if it were not there");
    for action in ["close", "reopen"] {
        assert_eq!(handler.post(&format!("{here}/{action}"), &[]).await.status, 404, "{action}");
    }
    for path in ["/incidents?period=2019-02", "/reports?period=2019-02", "/correspondence?period=2019-02", "/addresses?period=2019-02"] {
        let (theirs, ours) = (handler.get(path).await, inside.get(path).await);
        assert!(!theirs.body.contains("secret"), "{path}");
        assert_eq!(theirs.count(), ours.count(), "{path}: the figure is the same for everybody");
    }
    assert!(handler.get("/incidents?period=2019-02").await.body.contains("うち 1 件は表示する権限がありません"));
    assert_eq!(handler.get("/incidents?q=secret").await.count(), Some(0), "a search does not tell that there is something");
    assert_eq!(inside.get("/incidents?q=secret").await.count(), Some(1));
    assert_eq!(Some(waiting(&handler.get("/incidents").await.body)), handler.get("/incidents?state=open").await.count(), "the rail's count is its list's");
    for probe in [
        "/incidents?period=2019-02&state=new",
        "/incidents?period=2019-02&state=coordinating",
        "/incidents?period=2019-02&state=closed",
        "/incidents",
        "/addresses",
    ] {
        let page = handler.get(probe).await;
        assert!(!page.body.contains("表示する権限がありません"), "{probe}: a filter that no figure has tells nothing of what is not shown");
    }
    let asked = [("organisation", "Secret Victim KK"), ("country", "JP"), ("note", "")];
    assert_eq!(inside.post(&format!("{here}/coordinations"), &asked).await.status, 303);
    assert!(inside.get(&here).await.body.contains("Secret Victim KK"));
    for page in ["/brands", "/incidents/2019-00001", "/coordinations"] {
        assert!(!handler.get(page).await.body.contains("Secret"), "{page}");
    }
    let raw = format!("/correspondence/{}/raw", filled.red_correspondence);
    assert_eq!((handler.get(&raw).await.status.as_u16(), inside.get(&raw).await.status.as_u16()), (404, 200), "nor its letter");
}
