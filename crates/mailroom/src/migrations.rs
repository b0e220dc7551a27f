//! The mailroom's tables.

use noroshi_ledger::migration::Migration;

/// The mailroom's migrations, oldest first.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "mailroom_m0001_init",
    both: &[
        // raw_*: where its bytes are: a part of a blob, since one upload may hold many letters.
        "CREATE TABLE mailroom_correspondence (id {id}, channel TEXT NOT NULL, kind TEXT NOT NULL, received_at BIGINT NOT NULL, name TEXT NOT NULL, sender_tld TEXT, raw_sha256 TEXT NOT NULL, raw_offset BIGINT NOT NULL, raw_length BIGINT NOT NULL)",
        "CREATE INDEX mailroom_correspondence_raw ON mailroom_correspondence (raw_sha256)",
        "CREATE INDEX mailroom_correspondence_received ON mailroom_correspondence (received_at)",
        "CREATE TABLE mailroom_tray (id {id}, correspondence_id BIGINT NOT NULL, row_key {bytes} NOT NULL UNIQUE, place_ja TEXT NOT NULL, place_en TEXT NOT NULL, reason_key TEXT NOT NULL, reason_ja TEXT NOT NULL, reason_en TEXT NOT NULL, raw_offset BIGINT NOT NULL, raw_length BIGINT NOT NULL, row_count BIGINT NOT NULL, set_aside_at BIGINT NOT NULL)",
        // The id is the correspondence's. key: tells the same bytes again.
        "CREATE TABLE mailroom_letter (id BIGINT PRIMARY KEY, key {bytes} NOT NULL UNIQUE, state TEXT NOT NULL, subject TEXT NOT NULL, from_name TEXT NOT NULL, from_address TEXT NOT NULL, message_id TEXT NOT NULL, automatic TEXT)",
        "CREATE INDEX mailroom_letter_waiting ON mailroom_letter (id) WHERE state = 'waiting'",
        "CREATE INDEX mailroom_letter_message_id ON mailroom_letter (message_id)",
    ],
    sqlite: &[],
    postgres: &[],
}];
