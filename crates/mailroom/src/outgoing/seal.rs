use super::House;
use crate::{MailroomError, desk::Desk, error::refused};
use noroshi_directory::{DirectoryError, key};
use noroshi_kernel::access::Actor;
use noroshi_ledger::UnitOfWork;
use noroshi_post::{
    build::{Built, Subject},
    openpgp::Certificate,
};

/// How a letter is sealed by OpenPGP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sealing {
    /// Not at all.
    #[default]
    Plain,
    /// Signed with the desk's key.
    Signed,
    /// Signed, and encrypted to every recipient and to the desk itself, so that it can be read here later, too.
    Encrypted,
}

/// The bytes of a letter as they are sent.
pub(super) async fn seal(work: &UnitOfWork, actor: &Actor, house: &House, desk: &Desk, built: &Built, sealing: Sealing) -> Result<Vec<u8>, MailroomError> {
    if sealing == Sealing::Plain {
        return Ok(built.bytes());
    }
    let now = work.now();
    let ours = key::signing(work, actor, &house.vault, desk.wanted(), now).await.map_err(from_directory)?;
    key::note_signing(work, actor, &ours, "a letter").await.map_err(from_directory)?;
    if sealing == Sealing::Signed {
        return built.signed(&ours, now).map_err(MailroomError::Refused);
    }
    let mut certificates: Vec<Certificate> = vec![ours.certificate().clone()];
    for address in built.recipients() {
        let known = key::for_address(work, address, now).await?;
        let Some(first) = known.into_iter().next() else {
            return refused(
                "letter-no-key",
                format!("{address} の OpenPGP 鍵がないため、暗号化して送れません。鍵を登録するか（noroshi key import）、暗号化せずに送ってください。"),
                format!("there is no OpenPGP key of {address} to encrypt to; bring one in (noroshi key import), or send it unencrypted"),
            );
        };
        certificates.push(first.certificate);
    }
    built.encrypted(&certificates.iter().collect::<Vec<_>>(), Some(&ours), Subject::Shown, now).map_err(MailroomError::Refused)
}

fn from_directory(error: DirectoryError) -> MailroomError {
    match error {
        DirectoryError::Forbidden(forbidden) => MailroomError::Forbidden(forbidden),
        DirectoryError::Refused(reason) => MailroomError::Refused(reason),
        DirectoryError::Unknown { kind, name } => MailroomError::Unknown { kind, name },
        DirectoryError::Hashing(why) => MailroomError::Ledger(noroshi_ledger::LedgerError::Damaged(why)),
        DirectoryError::Ledger(error) => MailroomError::Ledger(error),
    }
}
