//! The catalogue's tables.

use noroshi_ledger::migration::Migration;

/// The catalogue's migrations, oldest first.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "catalogue_m0001_kev",
    both: &[
        // A file that was brought in. version: as the file calls itself, empty when it does not. as_of: when its publisher released it, or the day of its
        // latest entry. outcome: the counts and the reasons of what was set aside, as JSON.
        "CREATE TABLE catalogue_import (id {id}, source TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, size_bytes BIGINT NOT NULL, version TEXT NOT NULL, as_of BIGINT, imported_at BIGINT NOT NULL, outcome TEXT NOT NULL)",
        // added_on, due_on: a day as YYYY-MM-DD. cwes: numbers with spaces between. first_import_id: which file told of it first; import_id: which said what stands here.
        "CREATE TABLE catalogue_kev (id {id}, cve TEXT NOT NULL UNIQUE, vendor TEXT NOT NULL, product TEXT NOT NULL, name TEXT NOT NULL, added_on TEXT NOT NULL, description TEXT NOT NULL, action TEXT NOT NULL, due_on TEXT NOT NULL, ransomware BOOLEAN NOT NULL, notes TEXT NOT NULL, cwes TEXT NOT NULL, first_import_id BIGINT NOT NULL REFERENCES catalogue_import (id), import_id BIGINT NOT NULL REFERENCES catalogue_import (id), withdrawn_by BIGINT REFERENCES catalogue_import (id))",
    ],
    sqlite: &[],
    postgres: &[],
}];
