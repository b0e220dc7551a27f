//! A server that speaks SMTP by a script, for what real ones do only when they are ill or hostile.

use super::Ground;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    },
};

/// What it heard: commands, and letters as one entry each, as they came over the wire.
pub type Heard = Arc<Mutex<Vec<String>>>;

/// Starts one. `play` is asked with `greeting`, each command, and `.` after a letter; nothing means silence for ever.
pub async fn actor(play: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> (SocketAddr, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Heard::default();
    let (play, hearing) = (Arc::new(play), heard.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (play, hearing) = (play.clone(), hearing.clone());
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let mut command = "greeting".to_owned();
                loop {
                    match play(&command) {
                        Some(reply) => stream.get_mut().write_all(reply.as_bytes()).await?,
                        None => std::future::pending().await,
                    }
                    if command == "QUIT" {
                        return Ok::<_, std::io::Error>(());
                    }
                    if command == "DATA" {
                        let mut letter = Vec::new();
                        while !letter.ends_with(b"\r\n.\r\n") {
                            if stream.read_until(b'\n', &mut letter).await? == 0 {
                                return Ok(());
                            }
                        }
                        hearing.lock().unwrap().push(String::from_utf8_lossy(&letter).into_owned());
                        command = ".".to_owned();
                        continue;
                    }
                    let mut line = Vec::new();
                    if stream.read_until(b'\n', &mut line).await? == 0 {
                        return Ok(());
                    }
                    command = String::from_utf8_lossy(&line).trim_end().to_owned();
                    hearing.lock().unwrap().push(command.clone());
                }
            });
        }
    });
    (address, heard)
}

/// Starts a relay with a good certificate, and somebody on the way to it who slips answers in behind that to `STARTTLS`.
pub async fn slipping(ground: &Ground) -> (SocketAddr, Heard) {
    let certificates = CertificateDer::pem_file_iter(ground.path("certificate.pem")).unwrap().collect::<Result<_, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_file(ground.path("key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_single_cert(certificates, key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Heard::default();
    let hearing = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut line = String::new();
            stream.get_mut().write_all(b"220 relay.example.jp\r\n").await?;
            stream.read_line(&mut line).await?;
            stream.get_mut().write_all(b"250-relay.example.jp\r\n250 STARTTLS\r\n").await?;
            stream.read_line(&mut line).await?;
            stream.get_mut().write_all(b"220 go on\r\n250 relay.example.jp\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 2.0.0 believed\r\n").await?;
            if let Ok(stream) = acceptor.accept(stream.into_inner()).await {
                let mut lines = BufReader::new(stream).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    hearing.lock().unwrap().push(line);
                }
            }
        }
        Ok::<_, std::io::Error>(())
    });
    (address, heard)
}

/// The polite answers, to be changed where a test wants others.
pub fn polite(command: &str) -> Option<String> {
    let reply = match command.split([' ', ':']).next().unwrap_or_default() {
        "greeting" => "220 relay.example.jp ESMTP",
        "EHLO" => "250-relay.example.jp\r\n250 8BITMIME",
        "DATA" => "354 go on",
        "." => "250 2.0.0 taken as 4711",
        "QUIT" => "221 2.0.0 bye",
        _ => "250 2.1.0 ok",
    };
    Some(format!("{reply}\r\n"))
}
