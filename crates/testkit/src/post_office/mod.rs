//! Real mail servers for tests: Debian's Postfix and Dovecot, each with a configuration, ports and folders of its own.
//!
//! Both need root, as they do in earnest. They listen on loopback only and end with the test, also when that panics or is killed.

pub mod actor;

use std::{
    fs,
    io::Read as _,
    net::{TcpListener, TcpStream},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The password of every mailbox.
pub const PASSWORD: &str = "noroshi \"火\" 42";
/// A server that does not stand after this time never will.
const PATIENCE: Duration = Duration::from_secs(30);

/// The folder of one test, with a certificate for `localhost` and its authority.
pub struct Ground {
    folder: TempDir,
}

/// A program in the background. It is in a process group of its own, which ends when its standard input does: with this value or
/// with the test itself.
struct Running {
    shell: Child,
    stdin: Option<ChildStdin>,
}

/// A Dovecot with IMAP (plain with STARTTLS, and implicit TLS), LMTP and a socket for signing in.
pub struct Dovecot {
    /// The port of IMAP with STARTTLS.
    pub imap: u16,
    /// The port of IMAP with TLS from the first byte.
    pub imaps: u16,
    /// The port of LMTP.
    pub lmtp: u16,
    log: PathBuf,
    _running: Running,
}

/// A Postfix that takes letters to example.jp on one port with STARTTLS and on another with implicit TLS.
pub struct Postfix {
    /// The port of SMTP with STARTTLS.
    pub smtp: u16,
    /// The port of SMTP with TLS from the first byte.
    pub smtps: u16,
    config: PathBuf,
    log: PathBuf,
    _running: Running,
}

/// Waits until something holds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(50));
    }
}

/// A port that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The number of a user.
pub fn uid_of(user: &str) -> u32 {
    let found = Command::new("id").args(["-u", user]).output().unwrap();
    String::from_utf8(found.stdout).unwrap().trim().parse().unwrap_or_else(|_| panic!("no user {user}: is Postfix installed? scripts/test installs it"))
}

impl Default for Ground {
    fn default() -> Self {
        Self::new()
    }
}

impl Ground {
    /// A folder with its certificates.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The servers' own users go through it.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let ground = Self { folder };
        let mut authority = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority_key = rcgen::KeyPair::generate().unwrap();
        fs::write(ground.ca(), authority.self_signed(&authority_key).unwrap().pem()).unwrap();
        let issuer = rcgen::Issuer::new(authority, authority_key);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        fs::write(ground.path("certificate.pem"), certificate.pem()).unwrap();
        fs::write(ground.path("key.pem"), key.serialize_pem()).unwrap();
        ground
    }

    /// The certificate authority that signed the servers' certificate.
    pub fn ca(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// A place in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes a folder in it that a user owns.
    pub fn folder_of(&self, name: &str, owner: u32) -> PathBuf {
        let path = self.path(name);
        fs::create_dir(&path).unwrap();
        chown(&path, Some(owner), None).unwrap();
        path
    }

    /// Starts a Dovecot with a few mailboxes at example.jp: desk, other, flagged, deleted, large.
    pub fn dovecot(&self) -> Dovecot {
        let (imap, imaps, lmtp) = (free_port(), free_port(), free_port());
        let mail = self.folder_of("mail", uid_of("nobody"));
        let (base, state, log, config) =
            (self.folder_of("dovecot", 0), self.folder_of("dovecot-state", 0), self.path("dovecot.log"), self.path("dovecot.conf"));
        let (base, state, mail, at) = (base.display(), state.display(), mail.display(), self.folder.path().display());
        let text = format!(
            r#"
base_dir = {base}
state_dir = {state}
log_path = {at}/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp
ssl = yes
ssl_cert = <{at}/certificate.pem
ssl_key = <{at}/key.pem
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_fsync = never
auth_mechanisms = plain login
auth_failure_delay = 0 secs
lda_mailbox_autocreate = yes
passdb {{
  driver = passwd-file
  args = {at}/passwd
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={mail}/%u allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  unix_listener {at}/signing-in {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"#
        );
        fs::write(&config, text).unwrap();
        let people: String = ["desk", "other", "flagged", "deleted", "large"].map(|name| format!("{name}@example.jp:{{PLAIN}}{PASSWORD}\n")).concat();
        fs::write(self.path("passwd"), people).unwrap();
        let mut command = vec!["/usr/sbin/dovecot".to_owned(), "-F".to_owned(), "-c".to_owned()];
        command.push(config.display().to_string());
        let running = Running::start(&command, &self.path("dovecot.out"));
        let dovecot = Dovecot { imap, imaps, lmtp, log, _running: running };
        for port in [imap, imaps, lmtp] {
            until(&format!("Dovecot listens on {port}"), || TcpStream::connect(("127.0.0.1", port)).is_ok());
        }
        dovecot
    }

    /// Starts a Postfix that delivers by LMTP to a port; with `sasl`, only those may send who signed in at this ground's Dovecot.
    pub fn postfix(&self, lmtp: u16, sasl: bool) -> Postfix {
        self.postfix_with(lmtp, sasl, "", "")
    }

    /// Starts a Postfix that delivers by LMTP to a port, but for those addresses that `transports` sends elsewhere
    /// (`{ a@example.jp = lmtp:inet:[127.0.0.1]:2424 }, …`). `services` are further lines of its master.cf.
    pub fn postfix_with(&self, lmtp: u16, sasl: bool, transports: &str, services: &str) -> Postfix {
        let (smtp, smtps) = (free_port(), free_port());
        let owner = uid_of("postfix");
        let (config, queue, data) = (self.folder_of("postfix", 0), self.folder_of("queue", 0), self.folder_of("postfix-data", owner));
        let (log, at, queue, data) = (self.path("postfix.log"), self.folder.path().display(), queue.display(), data.display());
        let maps = if transports.is_empty() { String::new() } else { format!("transport_maps = inline:{{ {transports} }}\n") };
        let who = if sasl { "permit_sasl_authenticated, reject" } else { "permit_mynetworks, reject" };
        let main = format!(
            r"
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {at}/postfix.log
maillog_file_prefixes = {at}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.jp
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = example.jp
virtual_transport = lmtp:inet:[127.0.0.1]:{lmtp}
recipient_delimiter = +
{maps}mynetworks = 127.0.0.0/8
local_header_rewrite_clients =
smtpd_client_restrictions = {who}
smtpd_relay_restrictions = permit_auth_destination, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{ gone@example.jp = 550 5.1.1 gone }}, {{ grey@example.jp = 450 4.7.1 wait a little }} }}, permit
smtpd_tls_cert_file = {at}/certificate.pem
smtpd_tls_key_file = {at}/key.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {at}/signing-in
smtpd_error_sleep_time = 0
message_size_limit = 5000000
lmtp_destination_concurrency_failed_cohort_limit = 0
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
notify_classes =
"
        );
        let mut master = format!("127.0.0.1:{smtp} inet n - n - - smtpd\n127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n");
        master.push_str("pickup unix n - n 60 1 pickup\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\ntlsmgr unix - - n 1000? 1 tlsmgr\n");
        master.push_str("rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\n");
        master.push_str("flush unix n - n 1000? 0 flush\nproxymap unix - - n - - proxymap\nsmtp unix - - n - - error\nshowq unix n - n - - showq\n");
        master.push_str("error unix - - n - - error\nretry unix - - n - - error\nlmtp unix - - n - - lmtp\nanvil unix - - n - 1 anvil\n");
        master.push_str("scache unix - - n - 1 scache\npostlog unix-dgram n - n - 1 postlogd\n");
        master.push_str(services);
        fs::write(config.join("main.cf"), main).unwrap();
        fs::write(config.join("master.cf"), master).unwrap();
        // Makes the folders of the queue. The master itself is started in the foreground and in our process group, which
        // `postfix start-fg` would leave.
        let check = Command::new("/usr/sbin/postfix").arg("-c").arg(&config).arg("check").output().unwrap();
        assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
        let command = ["/usr/lib/postfix/sbin/master", "-c", config.to_str().unwrap(), "-d"].map(ToOwned::to_owned);
        let running = Running::start(&command, &self.path("postfix.out"));
        let postfix = Postfix { smtp, smtps, config, log, _running: running };
        for port in [smtp, smtps] {
            until(&format!("Postfix listens on {port}: {}", said(&self.path("postfix.out"))), || TcpStream::connect(("127.0.0.1", port)).is_ok());
        }
        postfix
    }
}

impl Postfix {
    /// Has it try everything in its queue now (`postqueue -f`).
    pub fn flush(&self) {
        assert!(Command::new("/usr/sbin/postqueue").arg("-c").arg(&self.config).arg("-f").status().unwrap().success());
    }

    /// What waits in its queue (`postqueue -p`).
    pub fn queue(&self) -> String {
        String::from_utf8(Command::new("/usr/sbin/postqueue").arg("-c").arg(&self.config).arg("-p").output().unwrap().stdout).unwrap()
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        said(&self.log)
    }
}

impl Dovecot {
    /// What it has logged.
    pub fn log(&self) -> String {
        said(&self.log)
    }
}

fn said(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

impl Running {
    fn start(command: &[String], output: &Path) -> Self {
        assert_eq!(fs::metadata("/proc/self").unwrap().uid(), 0, "mail servers are started by root; run this test as root");
        // With `set -m` what runs in the background has a process group of its own: it and its children end together, no others.
        let script = r#"set -m; "$@" </dev/null & cat; kill -TERM -- -$!; wait $!"#;
        let output = fs::File::create(output).unwrap();
        let mut shell = Command::new("bash")
            .args(["-c", script, "server"])
            .args(command)
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let stdin = shell.stdin.take();
        Self { shell, stdin }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(10) {
            if !matches!(self.shell.try_wait(), Ok(None)) {
                return;
            }
            sleep(Duration::from_millis(20));
        }
        let _ = self.shell.kill();
        let _ = self.shell.wait();
        eprintln!("a mail server did not end within 10 s");
    }
}

/// Reads a whole connection, for as long as it is given something.
pub fn read_all(mut stream: &TcpStream) -> String {
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    text
}
