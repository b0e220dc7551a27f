//! Serves a filled example database in a temporary folder: `cargo run -p noroshi-web --example serve -- PORT`.
//!
//! Sign in as `handler`, `analyst`, `coordinator`, `editor` or `administrator` with the password `a long example word`.

use noroshi_web::router;
use std::{error::Error, net::SocketAddr};

#[path = "../src/tests/filled.rs"]
mod filled;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("name a port")?.parse()?;
    let filled = filled::Filled::open(3_000).await;
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    eprintln!("http://127.0.0.1:{port}/ — handler / {}", filled::PASSWORD);
    Ok(axum::serve(listener, router(filled.web.clone())).await?)
}
