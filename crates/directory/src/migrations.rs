//! The directory's tables.

use noroshi_ledger::migration::Migration;

/// The directory's migrations, oldest first.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
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
    },
    Migration {
        name: "directory_m0002_keys",
        both: &[
            // secret: encrypted under the team key, which lies beside the database. serves: the desk's key, empty for the whole team.
            "CREATE TABLE directory_team_key (id {id}, fingerprint TEXT NOT NULL UNIQUE, certificate {bytes} NOT NULL, secret {bytes} NOT NULL, serves TEXT NOT NULL, created_at BIGINT NOT NULL, retired_at BIGINT)",
            // key_ids: of the key and its subkeys, with spaces between. What the certificate says of itself is read from it when it is used.
            "CREATE TABLE directory_contact_key (id {id}, fingerprint TEXT NOT NULL UNIQUE, certificate {bytes} NOT NULL, key_ids TEXT NOT NULL, created_at BIGINT NOT NULL, verified_at BIGINT, verified_by TEXT, verified_how TEXT)",
            // address: in lower case.
            "CREATE TABLE directory_contact_key_address (key_id BIGINT NOT NULL REFERENCES directory_contact_key (id), address TEXT NOT NULL, PRIMARY KEY (address, key_id)) {without_rowid}",
            "CREATE INDEX directory_contact_key_address_key ON directory_contact_key_address (key_id)",
        ],
        sqlite: &[],
        postgres: &[],
    },
    Migration {
        name: "directory_m0003_tokens",
        both: &[
            // token_hash: SHA-256 of the secret, which is kept nowhere. desk: the desk's key, empty when the token may name any.
            "CREATE TABLE directory_token (id {id}, name TEXT NOT NULL UNIQUE, token_hash {bytes} NOT NULL UNIQUE, scope TEXT NOT NULL, desk TEXT NOT NULL, created_at BIGINT NOT NULL, used_at BIGINT, revoked_at BIGINT)",
        ],
        sqlite: &[],
        postgres: &[],
    },
];
