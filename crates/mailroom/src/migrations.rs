//! The mailroom's tables.

use noroshi_ledger::migration::Migration;

/// The mailroom's migrations, oldest first.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
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
    },
    Migration {
        name: "mailroom_m0002_seal",
        both: &[
            // seal: none, encrypted, unopened. signature: what the one that is shown first is worth; signer: the fingerprint of its key.
            "ALTER TABLE mailroom_letter ADD COLUMN seal TEXT NOT NULL DEFAULT 'none'",
            "ALTER TABLE mailroom_letter ADD COLUMN signature TEXT",
            "ALTER TABLE mailroom_letter ADD COLUMN signer TEXT",
            "CREATE INDEX mailroom_letter_unopened ON mailroom_letter (id) WHERE seal = 'unopened'",
        ],
        sqlite: &[],
        postgres: &[],
    },
    Migration {
        name: "mailroom_m0003_mapping",
        both: &[
            // A name that was removed keeps its versions: imports name them.
            "CREATE TABLE mailroom_mapping (id {id}, name TEXT NOT NULL UNIQUE, version BIGINT NOT NULL, removed_at BIGINT)",
            "CREATE TABLE mailroom_mapping_version (mapping_id BIGINT NOT NULL REFERENCES mailroom_mapping (id), version BIGINT NOT NULL, format TEXT NOT NULL, definition TEXT NOT NULL, about_ja TEXT NOT NULL, about_en TEXT NOT NULL, changed_at BIGINT NOT NULL, changed_by TEXT NOT NULL, PRIMARY KEY (mapping_id, version)) {without_rowid}",
            // How its delivery was read (NULL: from before that was noted), and where in it the rows stand.
            "ALTER TABLE mailroom_tray ADD COLUMN format TEXT",
            "ALTER TABLE mailroom_tray ADD COLUMN mapping TEXT",
            "ALTER TABLE mailroom_tray ADD COLUMN file TEXT",
            "ALTER TABLE mailroom_tray ADD COLUMN first_line BIGINT",
            "ALTER TABLE mailroom_tray ADD COLUMN last_line BIGINT",
            // Who decided what about it; an entry is never deleted.
            "ALTER TABLE mailroom_tray ADD COLUMN closed_at BIGINT",
            "ALTER TABLE mailroom_tray ADD COLUMN closed_by TEXT",
            "ALTER TABLE mailroom_tray ADD COLUMN closed_as TEXT",
            "ALTER TABLE mailroom_tray ADD COLUMN closed_note TEXT",
            "CREATE INDEX mailroom_tray_open ON mailroom_tray (id) WHERE closed_at IS NULL",
            "CREATE INDEX mailroom_tray_correspondence ON mailroom_tray (correspondence_id)",
        ],
        sqlite: &[],
        postgres: &[],
    },
    Migration {
        name: "mailroom_m0004_threads",
        both: &[
            "CREATE TABLE mailroom_desk (key TEXT PRIMARY KEY, position BIGINT NOT NULL, name_ja TEXT NOT NULL, name_en TEXT NOT NULL, address TEXT NOT NULL, acknowledges BOOLEAN NOT NULL, has_form BOOLEAN NOT NULL, tlp BIGINT NOT NULL)",
            "INSERT INTO mailroom_desk (key, position, name_ja, name_en, address, acknowledges, has_form, tlp) VALUES ('incident', 1, 'インシデント', 'Incidents', '', FALSE, TRUE, 2), ('ics', 2, '制御システム', 'Control systems', '', FALSE, TRUE, 2), ('vulnerability', 3, '脆弱性', 'Vulnerabilities', '', FALSE, TRUE, 4), ('office', 4, '事務局', 'Office', '', FALSE, FALSE, 2)",
            "CREATE TABLE mailroom_desk_staff (desk TEXT NOT NULL, account_id BIGINT NOT NULL, PRIMARY KEY (desk, account_id)) {without_rowid}",
            // case_*: the desk's record that the thread is about, and the number by which people know it.
            "CREATE TABLE mailroom_thread (id {id}, code TEXT NOT NULL, desk TEXT NOT NULL, subject TEXT NOT NULL, opened_at BIGINT NOT NULL, last_at BIGINT NOT NULL, state TEXT NOT NULL, owner_id BIGINT, tlp BIGINT NOT NULL, case_id BIGINT, case_number TEXT)",
            "CREATE UNIQUE INDEX mailroom_thread_code ON mailroom_thread (code)",
            "CREATE INDEX mailroom_thread_inbox ON mailroom_thread (desk, state, last_at)",
            "CREATE INDEX mailroom_thread_case ON mailroom_thread (case_id) WHERE case_id IS NOT NULL",
            "CREATE INDEX mailroom_thread_case_number ON mailroom_thread (case_number) WHERE case_number IS NOT NULL",
            "CREATE INDEX mailroom_thread_red ON mailroom_thread (id) WHERE tlp >= 4",
            "CREATE TABLE mailroom_thread_reader (thread_id BIGINT NOT NULL, account_id BIGINT NOT NULL, PRIMARY KEY (thread_id, account_id)) {without_rowid}",
            "CREATE TABLE mailroom_party (id {id}, thread_id BIGINT NOT NULL, address TEXT NOT NULL, name TEXT NOT NULL, acknowledged_at BIGINT, UNIQUE (thread_id, address))",
            "CREATE INDEX mailroom_party_acknowledged ON mailroom_party (address, acknowledged_at) WHERE acknowledged_at IS NOT NULL",
            "CREATE TABLE mailroom_routing (id {id}, thread_id BIGINT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL, from_desk TEXT NOT NULL, to_desk TEXT NOT NULL, note TEXT NOT NULL)",
            "CREATE INDEX mailroom_routing_thread ON mailroom_routing (thread_id)",
            // recipient: for whom it was delivered. live: it came by the post, not from a file, so that it may be answered. tied_by: what
            // tied it to its thread. quotes_id: a thread that it quotes without being of it. looks_like: the party whose address it imitates.
            "ALTER TABLE mailroom_letter ADD COLUMN thread_id BIGINT",
            "ALTER TABLE mailroom_letter ADD COLUMN recipient TEXT",
            "ALTER TABLE mailroom_letter ADD COLUMN live BOOLEAN NOT NULL DEFAULT FALSE",
            "ALTER TABLE mailroom_letter ADD COLUMN tied_by TEXT",
            "ALTER TABLE mailroom_letter ADD COLUMN quotes_id BIGINT",
            "ALTER TABLE mailroom_letter ADD COLUMN looks_like TEXT",
            "CREATE INDEX mailroom_letter_thread ON mailroom_letter (thread_id)",
            "CREATE TABLE mailroom_outgoing (id {id}, thread_id BIGINT NOT NULL, message_id TEXT NOT NULL UNIQUE, raw_sha256 TEXT NOT NULL, raw_length BIGINT NOT NULL, author TEXT NOT NULL, subject TEXT NOT NULL, envelope_from TEXT NOT NULL, automatic BOOLEAN NOT NULL, written_at BIGINT NOT NULL, state TEXT NOT NULL, settled_at BIGINT)",
            "CREATE INDEX mailroom_outgoing_thread ON mailroom_outgoing (thread_id)",
            "CREATE INDEX mailroom_outgoing_state ON mailroom_outgoing (state, id)",
            "CREATE TABLE mailroom_recipient (outgoing_id BIGINT NOT NULL, address TEXT NOT NULL, state TEXT NOT NULL, reply TEXT NOT NULL, at BIGINT, PRIMARY KEY (outgoing_id, address)) {without_rowid}",
        ],
        sqlite: &[],
        postgres: &[],
    },
    Migration {
        name: "mailroom_m0005_forms",
        both: &[
            // What was filled into a form. thread_id: the thread that it was given to, which it began or not. reporter: the address that
            // its letter is from. once: tells the same sending again; digest: of what it held. token_id: the token by which a program sent it.
            "CREATE TABLE mailroom_submission (letter_id BIGINT PRIMARY KEY, thread_id BIGINT NOT NULL, begins BOOLEAN NOT NULL, reporter TEXT NOT NULL, once {bytes} UNIQUE, digest {bytes} NOT NULL, token_id BIGINT)",
            "CREATE INDEX mailroom_submission_thread ON mailroom_submission (thread_id)",
        ],
        sqlite: &[],
        postgres: &[],
    },
    Migration {
        name: "mailroom_m0006_desk_key",
        // The fingerprint of the key that was chosen for a desk among the team's.
        both: &["ALTER TABLE mailroom_desk ADD COLUMN team_key TEXT"],
        sqlite: &[],
        postgres: &[],
    },
    Migration {
        name: "mailroom_m0007_search",
        both: &[
            // asked_*: how far a sender wants what stands in the thread to be told, and where he says so.
            "ALTER TABLE mailroom_thread ADD COLUMN asked_tlp BIGINT",
            "ALTER TABLE mailroom_thread ADD COLUMN asked_by TEXT",
            // What was said in Japanese; `reply` is in English, or in the words of the mail server.
            "ALTER TABLE mailroom_recipient ADD COLUMN reply_ja TEXT",
            // Letters that were kept before letters stood in the search index; the job mailroom.index_old empties it.
            "CREATE TABLE mailroom_unindexed (id BIGINT PRIMARY KEY)",
            "INSERT INTO mailroom_unindexed (id) SELECT id FROM mailroom_letter WHERE state <> 'waiting' AND thread_id IS NOT NULL",
            "INSERT INTO mailroom_unindexed (id) SELECT id FROM mailroom_outgoing",
        ],
        sqlite: &[],
        postgres: &[],
    },
];
