//! The directory's tables.

use noroshi_ledger::migration::Migration;

/// The directory's migrations, oldest first.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "directory_m0001_init",
    both: &[
        "CREATE TABLE directory_organisation (id {id}, name_ja TEXT NOT NULL, name_en TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, country TEXT NOT NULL, created_at BIGINT NOT NULL)",
        "CREATE TABLE directory_account (id {id}, name TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL, password_hash TEXT NOT NULL, roles TEXT NOT NULL, disabled BOOLEAN NOT NULL, created_at BIGINT NOT NULL)",
        "CREATE TABLE directory_session (token_hash {bytes} NOT NULL PRIMARY KEY, account_id BIGINT NOT NULL REFERENCES directory_account (id), begun_at BIGINT NOT NULL)",
        "CREATE TABLE directory_sign_in_try (name_hash {bytes} NOT NULL PRIMARY KEY, failures BIGINT NOT NULL, locked_until BIGINT NOT NULL, tried_at BIGINT NOT NULL)",
        "CREATE TABLE directory_brand (id {id}, key TEXT NOT NULL UNIQUE, name_ja TEXT NOT NULL, name_en TEXT NOT NULL, origin TEXT NOT NULL, country TEXT NOT NULL, sector TEXT NOT NULL)",
        // A name by which people call a brand. One without a brand was reported and waits for somebody to say whose it is.
        "CREATE TABLE directory_brand_name (id {id}, folded TEXT NOT NULL UNIQUE, written TEXT NOT NULL, brand_id BIGINT REFERENCES directory_brand (id))",
        "CREATE INDEX directory_brand_name_brand ON directory_brand_name (brand_id)",
    ],
    sqlite: &[],
    postgres: &[],
}];
