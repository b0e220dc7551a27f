use crate::DirectoryError;
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier, password_hash::SaltString};
use noroshi_kernel::reason::Reason;
use tokio::sync::Semaphore;

/// The shortest password (NIST SP 800-63B asks for 8; staff accounts open confidential cases).
const LEAST_CHARS: usize = 12;
/// The longest, so that hashing stays bounded.
const MOST_BYTES: usize = 1024;

/// So many passwords are hashed at once, 19 MiB each; others wait. A flood of tries must not take the machine's memory.
static TURNS: Semaphore = Semaphore::const_new(4);

/// Hashes a password with argon2id (RFC 9106; 19 MiB, two passes, as OWASP advises), off the async threads.
pub(super) async fn hash(password: &str) -> Result<String, DirectoryError> {
    if password.chars().count() < LEAST_CHARS || password.len() > MOST_BYTES {
        return Err(DirectoryError::Refused(Reason::new(
            "password-length",
            format!("パスワードは {LEAST_CHARS} 文字以上、{MOST_BYTES} バイト以下にしてください。"),
            format!("a password must hold at least {LEAST_CHARS} characters and at most {MOST_BYTES} bytes"),
        )));
    }
    let password = password.to_owned();
    let _turn = TURNS.acquire().await;
    let hashed = tokio::task::spawn_blocking(move || {
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>())?;
        Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string())
    });
    hashed.await.map_err(|error| DirectoryError::Hashing(error.to_string()))?.map_err(|error| DirectoryError::Hashing(error.to_string()))
}

/// Whether a password is the one that was hashed. Without a hash it takes as long and is false.
pub(super) async fn verify(password: &str, hash: Option<String>) -> bool {
    // The hash of nothing: no password verifies against it, since it is compared only when an account is missing.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    if password.len() > MOST_BYTES {
        return false;
    }
    let password = password.to_owned();
    let known = hash.is_some();
    let _turn = TURNS.acquire().await;
    let verified = tokio::task::spawn_blocking(move || {
        let text = hash.as_deref().unwrap_or(NOBODY);
        PasswordHash::new(text).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    });
    verified.await.unwrap_or(false) && known
}
