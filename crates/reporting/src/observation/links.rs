//! Where a number of observations is worked out again: its query, and the page that shows it.

use noroshi_kernel::{
    moment::{Moment, Zone},
    period::Period,
};
use noroshi_observation::{ask::Selection, series::Bucket, top::By};
use serde_json::{Map, Value};

/// A window of whole days, as the page and the command line take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    from: String,
    to: String,
}

impl Window {
    /// The days of a period.
    pub(super) fn of(period: Period, zone: &Zone) -> Self {
        let (from, to) = period.bounds(zone);
        let day = |at| zone.wall(at).date().to_string();
        Self { from: day(from), to: day(to) }
    }

    /// The days from one moment to another, both among them.
    pub(super) fn days(from: Moment, to: Moment, zone: &Zone) -> Self {
        let day = |at| zone.wall(at).date();
        Self { from: day(from).to_string(), to: day(Moment(to.0 - 1)).saturating_add(jiff::Span::new().days(1)).to_string() }
    }

    /// The question that gives a ranking, or one of its rows.
    pub(super) fn top(&self, by: By, selection: &Selection, row: Option<&str>) -> Question {
        Question { row: row.map(str::to_owned), ..self.ask("top", ("by", by.key()), selection) }
    }

    /// The question that gives a series.
    pub(super) fn series(&self, bucket: Bucket, selection: &Selection) -> Question {
        self.ask("series", ("bucket", bucket.key()), selection)
    }

    fn ask(&self, what: &'static str, how: (&'static str, &str), selection: &Selection) -> Question {
        let window = [("from", self.from.clone()), ("to", self.to.clone()), (how.0, how.1.to_owned())];
        Question { what, row: None, fields: window.into_iter().chain(selection.fields()).collect() }
    }
}

/// A question in its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    what: &'static str,
    fields: Vec<(&'static str, String)>,
    row: Option<String>,
}

impl Question {
    /// The question as a query: `observe` says which, `row` which of its rows, the other keys are its fields.
    pub(super) fn query(&self) -> Value {
        let fields = self.fields.iter().map(|(field, text)| ((*field).to_owned(), Value::from(text.as_str())));
        let row = self.row.iter().map(|row| ("row".to_owned(), Value::from(row.as_str())));
        Value::Object(std::iter::once(("observe".to_owned(), self.what.into())).chain(fields).chain(row).collect::<Map<_, _>>())
    }

    /// The page that answers it.
    pub(super) fn href(&self) -> String {
        let fields: Vec<String> = self.fields.iter().map(|(field, text)| format!("{field}={}", encoded(text))).collect();
        let row = self.row.as_ref().map(|row| format!("#{}", encoded(row))).unwrap_or_default();
        format!("/observe?{}{row}", fields.join("&"))
    }
}

/// A value of a link's field.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use noroshi_observation::ask::Sensors;

    #[test]
    fn a_question_is_a_link_and_a_query() {
        let zone = Zone::named("Asia/Tokyo").expect("a zone");
        let window = Window::of("2013Q4".parse().expect("a period"), &zone);
        let mut selection = Selection { sensors: Sensors::Region("関東 & 東".into()), ..Selection::default() };
        selection.take("port", "tcp/445").expect("a port");
        let question = window.series(Bucket::Day, &selection);
        assert_eq!(question.href(), "/observe?from=2013-10-01&to=2014-01-01&bucket=day&port=tcp/445&sensors=region:%E9%96%A2%E6%9D%B1%20%26%20%E6%9D%B1");
        assert_eq!(
            question.query(),
            serde_json::json!({ "observe": "series", "from": "2013-10-01", "to": "2014-01-01", "bucket": "day", "port": "tcp/445", "sensors": "region:関東 & 東" })
        );
        let ranks = window.top(By::Country, &Selection::default(), None);
        assert_eq!(ranks.href(), "/observe?from=2013-10-01&to=2014-01-01&by=country");
        let row = window.top(By::Port, &Selection::default(), Some("tcp/445"));
        assert_eq!((row.href().as_str(), &row.query()["row"]), ("/observe?from=2013-10-01&to=2014-01-01&by=port#tcp/445", &"tcp/445".into()));
        let (from, to) = ("2013-12-01T00:00", "2013-12-20T12:00");
        let at = |text: &str| zone.moment(text.parse().expect("a time")).expect("a moment");
        assert_eq!(Window::days(at(from), at(to), &zone), Window { from: "2013-12-01".into(), to: "2013-12-21".into() });
    }
}
