//! The sensor's program, as a process.

use crate::centre::Centre;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use noroshi_telescope::protocol::Token;
use std::{
    ffi::OsStr,
    io::Read as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

pub(crate) fn program<S: AsRef<OsStr>>(state: &Path, arguments: impl IntoIterator<Item = S>) -> Command {
    // What is measured is the program as it is shipped.
    let mut command = Command::new(std::env::var_os("NOROSHI_SENSOR_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_noroshi-sensor").into()));
    command.args(arguments).env("NOROSHI_SENSOR_STATE", state).env("NOROSHI_LOG", "noroshi_sensor=debug").env_remove("NOROSHI_SENSOR_TOKEN");
    command
}

pub(crate) fn enrol(state: &Path, centre: &str, token: &Token, more: &[&str]) -> Output {
    program(state, ["enroll", "--centre", centre].iter().chain(more)).env("NOROSHI_SENSOR_TOKEN", token.reveal()).output().unwrap()
}

/// A sensor that is enrolled.
pub(crate) fn enrolled(centre: &Centre) -> tempfile::TempDir {
    let state = tempfile::tempdir().unwrap();
    let done = enrol(state.path(), &centre.url(), &centre.token(), &[]);
    assert!(done.status.success(), "{}", said(&done));
    state
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A sensor that runs; it is killed when nobody holds it any more.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        Self(command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap())
    }

    /// A run over captures.
    pub(crate) fn over(state: &Path, captures: &[&Path], more: &[&str]) -> Self {
        let mut command = program(state, ["run", "--capture"]);
        command.args(captures).args(more);
        Self::start(command)
    }

    pub(crate) fn terminate(&self) {
        kill(Pid::from_raw(self.0.id().cast_signed()), Signal::SIGTERM).unwrap();
    }

    pub(crate) fn kill(mut self) -> String {
        self.0.kill().unwrap();
        self.end().1
    }

    /// Waits for its end; whether it was well, and what it said.
    pub(crate) fn end(mut self) -> (bool, String) {
        let mut text = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        (self.0.wait().unwrap().success(), text)
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn status(state: &Path) -> serde_json::Value {
    let done = program(state, ["status", "--json"]).output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    serde_json::from_slice(&done.stdout).unwrap()
}
