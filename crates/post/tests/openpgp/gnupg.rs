//! GnuPG in a home of its own, as the other side of the tests.

use noroshi_kernel::moment::Moment;
use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

/// 2024-01-15, the day of the tests.
pub(crate) const TODAY: &str = "20240115T120000";
pub(crate) const AT: Moment = Moment(1_705_320_000_000_000);
pub(crate) const HOUR_US: i64 = 3_600_000_000;

pub(crate) struct Gpg {
    home: tempfile::TempDir,
}

pub(crate) struct Ran {
    pub(crate) ok: bool,
    pub(crate) out: Vec<u8>,
    /// Both what it says to machines and to people.
    pub(crate) said: String,
}

impl Gpg {
    /// None when there is no GnuPG, which is loud: in CI it is a failure.
    pub(crate) fn new() -> Option<Self> {
        if Command::new("gpg").arg("--version").stdout(Stdio::null()).status().is_err() {
            let ci = std::env::var_os("CI").is_some() || std::env::var_os("NOROSHI_TEST_POSTGRES").is_some();
            assert!(!ci, "gpg is missing: install gnupg");
            println!("SKIPPED: gpg is missing");
            return None;
        }
        Some(Self { home: tempfile::Builder::new().prefix("pgp").tempdir().unwrap() })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs it for at most a minute, on the day of the tests unless the arguments say another.
    pub(crate) fn try_run(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut command = Command::new("timeout");
        command.args(["60", "gpg", "--homedir"]).arg(self.home.path());
        command.args(["--batch", "--yes", "--no-tty", "--quiet", "--status-fd", "2", "--pinentry-mode", "loopback", "--passphrase", ""]);
        command.args(["--trust-model", "always", "--no-auto-check-trustdb"]);
        if !args.contains(&"--faked-system-time") {
            command.args(["--faked-system-time", &format!("{TODAY}!")]);
        }
        let mut child = command.args(args).env("LC_ALL", "C.UTF-8").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let done = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Ran { ok: done.status.success(), out: done.stdout, said: String::from_utf8_lossy(&done.stderr).into_owned() }
    }

    pub(crate) fn run(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        let ran = self.try_run(args, input);
        assert!(ran.ok, "gpg {args:?}: {}", ran.said);
        ran.out
    }

    /// Makes a key that signs by itself and encrypts by a subkey.
    pub(crate) fn key(&self, name: &str, algorithm: &str, expire: &str) {
        self.run(&["--quick-generate-key", name, algorithm, "cert,sign", expire], b"");
    }

    pub(crate) fn fingerprint(&self, name: &str) -> String {
        let listed = String::from_utf8(self.run(&["--with-colons", "--list-keys", name], b"")).unwrap();
        listed.lines().find_map(|line| line.strip_prefix("fpr:::::::::")).unwrap().trim_end_matches(':').to_owned()
    }

    pub(crate) fn export(&self, name: &str) -> Vec<u8> {
        self.run(&["--armor", "--export", name], b"")
    }

    pub(crate) fn import(&self, key: &str) {
        self.run(&["--import"], key.as_bytes());
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).stderr(Stdio::null()).status();
    }
}

/// Texts on which cleartext signatures go wrong.
pub(crate) fn texts() -> Vec<Vec<u8>> {
    vec![
        b"plain\n".to_vec(),
        b"no line end".to_vec(),
        "日本語の本文です。\nフィッシングサイトの閉鎖をお願いします。\n".into(),
        // ISO-2022-JP: 日本語
        b"\x1b$BF|K\\8l\x1b(B\nabc\n".to_vec(),
        b"spaces  \ntabs\t\t\n \t \nend\n".to_vec(),
        b"-----BEGIN PGP MESSAGE-----\n- dash\n-- \n--\nFrom here\n".to_vec(),
        b"windows\r\nline\r\nends\r\n".to_vec(),
        b"\n\nempty lines\n\n\n".to_vec(),
        b"".to_vec(),
    ]
}
