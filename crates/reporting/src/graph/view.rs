//! A link that shows the same again.

use noroshi_kernel::moment::Moment;
use noroshi_observation::{ask::Selection, series::Bucket, top::By};
use serde_json::{Value, json};

/// What a page of observations shows.
#[derive(Clone, Debug)]
pub struct View {
    /// Which form: `ranks`, `series`, `sources`, `weeks` or `origins`.
    pub show: &'static str,
    /// By what packets are ranked.
    pub by: By,
    /// Which packets.
    pub selection: Selection,
    /// From when on.
    pub from: Moment,
    /// Until when.
    pub to: Moment,
    /// How long a bucket is.
    pub bucket: Bucket,
}

impl View {
    /// Its fields, as the page and the interface for programs take them. Times are told to the second, by UTC: whoever follows the link elsewhere
    /// sees the same.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![("show", self.show.to_owned()), ("by", self.by.key().to_owned())];
        fields.extend(self.selection.fields());
        fields.extend([("from", self.from.rfc3339()), ("to", self.to.rfc3339()), ("bucket", self.bucket.key().to_owned())]);
        fields
    }

    /// Its link.
    #[must_use]
    pub fn href(&self) -> String {
        let fields: Vec<String> = self.fields().into_iter().map(|(name, value)| format!("{name}={}", encoded(&value))).collect();
        format!("/observe?{}", fields.join("&"))
    }

    /// The query that it stands for.
    #[must_use]
    pub fn query(&self) -> Value {
        json!({ "observations": self.fields().into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect::<serde_json::Map<_, _>>() })
    }

    /// The same of something narrower, through time.
    #[must_use]
    pub fn series(&self, selection: Selection) -> Self {
        Self { show: "series", selection, ..self.clone() }
    }
}

fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:,".contains(&byte);
    value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_hold_what_is_shown() {
        let mut selection = Selection::default();
        for (field, text) in [("port", "tcp/22"), ("sensors", "region:関東 & co")] {
            assert!(selection.take(field, text).expect("a field"));
        }
        let view = View { show: "ranks", by: By::Country, selection, from: Moment(0), to: Moment(Moment::DAY_US), bucket: Bucket::Day };
        assert_eq!(
            view.href(),
            "/observe?show=ranks&by=country&port=tcp/22&sensors=region:%E9%96%A2%E6%9D%B1%20%26%20co&from=1970-01-01T00:00:00Z&to=1970-01-02T00:00:00Z&bucket=day"
        );
        assert_eq!(view.query()["observations"]["port"], "tcp/22");
    }
}
