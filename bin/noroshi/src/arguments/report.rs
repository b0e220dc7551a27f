//! `noroshi report` and `noroshi publish`

use super::Json;
use clap::{Args, ValueEnum};
use noroshi_kernel::{language::Language, period::Period};
use std::path::PathBuf;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportKind {
    /// Incident reports and coordination
    Incident,
    /// What sensors received unasked
    Observation,
}

impl ReportKind {
    /// How files, desks and keys name it.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Observation => "observation",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// A page that stands by itself
    Html,
    /// Pages of A4, with the system's fonts
    Pdf,
    /// Plain text, 72 columns wide
    Text,
    /// Every figure with its query
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The period, for example 2013Q4
    #[arg(long)]
    pub(crate) period: Period,
    /// What it reports on
    #[arg(long, value_enum)]
    pub(crate) kind: ReportKind,
    /// The language: ja or en
    #[arg(long, default_value = "ja")]
    pub(crate) lang: Language,
    /// How it is written
    #[arg(long, value_enum, default_value = "html")]
    pub(crate) format: ReportFormat,
    /// The counting scheme [default: each period's own]
    #[arg(long, value_parser = super::incident::scheme)]
    pub(crate) scheme: Option<String>,
    /// The directory in which it is written [default: standard output]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Sign it in the clear with the team's OpenPGP key; for --format text
    #[arg(long)]
    pub(crate) sign: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The directory [default: site.directory in the configuration]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Of another Monday: 2024-03-04
    #[arg(long, value_name = "DATE")]
    pub(crate) monday: Option<jiff::civil::Date>,
    #[command(flatten)]
    pub(crate) json: Json,
}
