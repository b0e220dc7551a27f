//! The incident desk's tables.

use noroshi_ledger::migration::Migration;

/// The incident desk's migrations, oldest first.
///
/// `incident_report.row_key` tells a row of a feed again; a letter has none. `incident.target_hash` narrows the search for an
/// incident of the same target; the texts themselves are compared after it. `incident.brand_at` is when the first report came that
/// names the brand (`incident_told.brand_name_id` is what each report names); `merged_into_id` is the incident that took its
/// reports: such an incident counts no more, its number leads there.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "incident_m0001_init",
    both: &[
        "CREATE TABLE incident_report (id {id}, correspondence_id BIGINT NOT NULL, received_at BIGINT NOT NULL, line BIGINT, raw_offset BIGINT NOT NULL, raw_length BIGINT NOT NULL, row_key {bytes}, site TEXT, reporter_tld TEXT)",
        "CREATE INDEX incident_report_received ON incident_report (received_at)",
        "CREATE INDEX incident_report_row_key ON incident_report (row_key)",
        "CREATE INDEX incident_report_correspondence ON incident_report (correspondence_id)",
        "CREATE TABLE incident (id {id}, year BIGINT NOT NULL, sequence BIGINT NOT NULL, category TEXT NOT NULL, rsit TEXT NOT NULL, target_kind TEXT NOT NULL, target TEXT NOT NULL, target_hash BIGINT NOT NULL, brand_name_id BIGINT, first_report_at BIGINT NOT NULL, last_report_at BIGINT NOT NULL, state TEXT NOT NULL, tlp BIGINT NOT NULL, worm BOOLEAN NOT NULL, previous_id BIGINT, brand_at BIGINT, merged_into_id BIGINT)",
        "CREATE UNIQUE INDEX incident_number ON incident (year, sequence)",
        "CREATE INDEX incident_target ON incident (target_hash)",
        "CREATE INDEX incident_first_report ON incident (first_report_at)",
        "CREATE INDEX incident_brand_name ON incident (brand_name_id)",
        "CREATE INDEX incident_previous ON incident (previous_id) WHERE previous_id IS NOT NULL",
        "CREATE INDEX incident_merged ON incident (merged_into_id) WHERE merged_into_id IS NOT NULL",
        "CREATE INDEX incident_red ON incident (id) WHERE tlp >= 4",
        "CREATE TABLE incident_told (incident_id BIGINT NOT NULL, report_id BIGINT NOT NULL, brand_name_id BIGINT, seen_at BIGINT, PRIMARY KEY (incident_id, report_id)) {without_rowid}",
        "CREATE INDEX incident_told_report ON incident_told (report_id)",
        "CREATE TABLE incident_address (incident_id BIGINT NOT NULL, address TEXT NOT NULL, PRIMARY KEY (incident_id, address)) {without_rowid}",
        "CREATE INDEX incident_address_address ON incident_address (address)",
        "CREATE TABLE incident_port (incident_id BIGINT NOT NULL, port TEXT NOT NULL, PRIMARY KEY (incident_id, port)) {without_rowid}",
        "CREATE TABLE incident_participant (incident_id BIGINT NOT NULL, account_id BIGINT NOT NULL, PRIMARY KEY (incident_id, account_id)) {without_rowid}",
        "CREATE TABLE incident_coordination (id {id}, incident_id BIGINT NOT NULL REFERENCES incident (id), organisation_id BIGINT NOT NULL REFERENCES directory_organisation (id), requested_at BIGINT NOT NULL, note TEXT NOT NULL, UNIQUE (incident_id, organisation_id))",
        "CREATE INDEX incident_coordination_requested ON incident_coordination (requested_at)",
        "CREATE TABLE incident_note (id {id}, incident_id BIGINT NOT NULL REFERENCES incident (id), at BIGINT NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL)",
        "CREATE INDEX incident_note_incident ON incident_note (incident_id)",
    ],
    sqlite: &[],
    postgres: &[],
}];
