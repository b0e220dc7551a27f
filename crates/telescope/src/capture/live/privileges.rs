//! Privileges: given up for good once the interfaces are open, and the proof that they are.

use nix::unistd::{Gid, Uid, User, geteuid, setgid, setgroups, setresgid, setresuid, setuid};
use noroshi_kernel::reason::Reason;
use rustix::{
    io::Errno,
    thread::{CapabilitySet, CapabilitySets, clear_ambient_capability_set, remove_capability_from_bounding_set, set_capabilities, set_no_new_privs},
};
use std::{fs, path::Path};

/// Privileges could not be given up, or are not: end the process.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Kept(pub Reason);

/// Becomes a user without privileges: no other groups, no capabilities, and nothing that is started gets any. Ends with [`check`].
///
/// Who runs as that user already keeps the groups that were given, and loses capabilities alone. To be called before any thread is started:
/// capabilities are a thread's.
///
/// # Errors
/// [`Kept`] when there is no such user, when it is root, when the system refuses, and when a thread has privileges afterwards.
pub fn drop_to(user: &str) -> Result<(), Kept> {
    let found = User::from_name(user).map_err(|error| refused("getpwnam", &error))?.ok_or_else(|| no_user(user))?;
    if found.uid.is_root() || found.gid.as_raw() == 0 {
        return Err(Kept(Reason::new(
            "privileges-root",
            format!("ユーザー「{user}」は root の権限を持っています。権限のないユーザーを指定してください。"),
            format!("the user {user:?} is root or of its group; name one without privileges"),
        )));
    }
    // While there is CAP_SETPCAP; without it there is nothing that could be got from the set, for no_new_privs comes below.
    for capability in CapabilitySet::all() {
        match remove_capability_from_bounding_set(capability) {
            Ok(()) | Err(Errno::PERM | Errno::INVAL) => {}
            Err(error) => return Err(refused("PR_CAPBSET_DROP", &error)),
        }
    }
    if geteuid() != found.uid {
        setgroups(&[]).map_err(|error| refused("setgroups", &error))?;
        setresgid(found.gid, found.gid, found.gid).map_err(|error| refused("setresgid", &error))?;
    }
    setresuid(found.uid, found.uid, found.uid).map_err(|error| refused("setresuid", &error))?;
    set_no_new_privs(true).map_err(|error| refused("PR_SET_NO_NEW_PRIVS", &error))?;
    clear_ambient_capability_set().map_err(|error| refused("PR_CAP_AMBIENT", &error))?;
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none }).map_err(|error| refused("capset", &error))?;
    check()
}

/// Proves that no thread of the process has privileges: no user or group 0, no capabilities, `no_new_privs`; and that becoming root fails.
///
/// # Errors
/// [`Kept`] names what is left. Whoever gets it may be root by now, and ends the process.
pub fn check() -> Result<(), Kept> {
    let threads = fs::read_dir("/proc/self/task").map_err(|error| refused("/proc/self/task", &error))?;
    for thread in threads {
        let path = thread.map_err(|error| refused("/proc/self/task", &error))?.path();
        let status = read(&path)?;
        if let Some(line) = left(&status) {
            return Err(Kept(Reason::new(
                "privileges-left",
                format!("権限が残っています（{line}）。スレッドを起動する前に権限を捨ててください。"),
                format!("privileges are left ({line}); they must be given up before threads are started"),
            )));
        }
    }
    if setuid(Uid::from_raw(0)).is_ok() || setgid(Gid::from_raw(0)).is_ok() {
        return Err(Kept(Reason::new("privileges-root-again", "root に戻れてしまいます。終了します。", "the process can become root again; it must end")));
    }
    Ok(())
}

fn read(thread: &Path) -> Result<String, Kept> {
    fs::read_to_string(thread.join("status")).map_err(|error| refused("/proc/self/task", &error))
}

/// The first line of a thread's status that speaks of privileges, or what is not said there.
fn left(status: &str) -> Option<String> {
    const NONE_IS_ROOT: [&str; 2] = ["Uid:", "Gid:"];
    const NO_BIT: [&str; 4] = ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"];
    let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let wrong = |name: &str, right: fn(&str) -> bool| match line(name) {
        Some(value) if right(value) => None,
        value => Some(format!("{name} {}", value.unwrap_or("?"))),
    };
    let no_root = |value: &str| !value.is_empty() && value.split_whitespace().all(|id| id != "0");
    NONE_IS_ROOT
        .iter()
        .find_map(|name| wrong(name, no_root))
        .or_else(|| wrong("Groups:", |value| value.split_whitespace().all(|id| id != "0")))
        .or_else(|| NO_BIT.iter().find_map(|name| wrong(name, |value| !value.is_empty() && value.bytes().all(|digit| digit == b'0'))))
        .or_else(|| wrong("NoNewPrivs:", |value| value == "1"))
}

fn no_user(user: &str) -> Kept {
    Kept(Reason::new(
        "privileges-user",
        format!("ユーザー「{user}」はいません。adduser --system {user} などで作ってください。"),
        format!("there is no user {user:?}; make one, for example with adduser --system {user}"),
    ))
}

fn refused(doing: &str, error: &dyn std::fmt::Display) -> Kept {
    Kept(Reason::new(
        "privileges-refused",
        format!("権限を捨てられません（{doing}）: {error}。root で起動するか、そのユーザーで起動してください。"),
        format!("privileges cannot be given up ({doing}): {error}; start as root or as that user"),
    ))
}

#[cfg(test)]
mod tests {
    use super::left;

    const NONE: &str = "Name:\tx\nUid:\t99\t99\t99\t99\nGid:\t99\t99\t99\t99\nGroups:\t \nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\n";

    #[test]
    fn every_rest_of_privileges_is_named() {
        assert_eq!(left(NONE), None);
        for (right, wrong, named) in [
            ("Uid:\t99\t99\t99\t99", "Uid:\t99\t99\t0\t99", "Uid: 99\t99\t0\t99"),
            ("Gid:\t99\t99\t99\t99", "Gid:\t0\t99\t99\t99", "Gid: 0\t99\t99\t99"),
            ("Groups:\t ", "Groups:\t4 0 ", "Groups: 4 0"),
            ("CapInh:\t0000000000000000", "CapInh:\t0000000000002000", "CapInh: 0000000000002000"),
            ("CapPrm:\t0000000000000000", "CapPrm:\t0000000000002000", "CapPrm: 0000000000002000"),
            ("CapEff:\t0000000000000000", "CapEff:\t0000000000002000", "CapEff: 0000000000002000"),
            ("CapAmb:\t0000000000000000", "CapAmb:\t0000000000002000", "CapAmb: 0000000000002000"),
            ("NoNewPrivs:\t1", "NoNewPrivs:\t0", "NoNewPrivs: 0"),
            ("NoNewPrivs:\t1\n", "", "NoNewPrivs: ?"),
        ] {
            assert_eq!(left(&NONE.replace(right, wrong)).as_deref(), Some(named));
        }
    }
}
