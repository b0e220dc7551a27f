//! Style, script and mark: built into the program, named by what they hold, kept by browsers for a year.

use crate::failure::Failure;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

struct Asset {
    stem: &'static str,
    extension: &'static str,
    kind: &'static str,
    text: &'static str,
}

const ASSETS: [Asset; 5] = [
    Asset { stem: "document", extension: "css", kind: "text/css; charset=utf-8", text: noroshi_document::html::STYLE },
    Asset { stem: "noroshi", extension: "css", kind: "text/css; charset=utf-8", text: include_str!("../assets/noroshi.css") },
    Asset { stem: "keys", extension: "js", kind: "text/javascript; charset=utf-8", text: include_str!("../assets/keys.js") },
    Asset { stem: "charts", extension: "js", kind: "text/javascript; charset=utf-8", text: include_str!("../assets/charts.js") },
    Asset { stem: "mark", extension: "svg", kind: "image/svg+xml", text: include_str!("../assets/mark.svg") },
];

static NAMES: LazyLock<[String; 5]> = LazyLock::new(|| ASSETS.map(|asset| format!("{}-{}.{}", asset.stem, digest(asset.text), asset.extension)));

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text)).chars().take(16).collect()
}

fn path(stem: &str) -> String {
    let name = ASSETS.iter().zip(NAMES.iter()).find(|(asset, _)| asset.stem == stem).map_or("", |(_, name)| name);
    format!("/assets/{name}")
}

/// The addresses of our files, as templates need them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assets;

impl Assets {
    pub(crate) fn styles(self) -> [String; 2] {
        [path("document"), path("noroshi")]
    }

    pub(crate) fn script(self) -> String {
        path("keys")
    }

    /// The script that tells the values of charts, for every page that may have one.
    pub(crate) fn charts(self) -> String {
        path("charts")
    }

    pub(crate) fn mark(self) -> String {
        path("mark")
    }
}

/// `GET /assets/{name}`
pub(crate) async fn get(Path(name): Path<String>) -> Result<Response, Failure> {
    let (asset, _) = ASSETS.iter().zip(NAMES.iter()).find(|(_, known)| **known == name).ok_or(Failure::Missing)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((headers, asset.text).into_response())
}
