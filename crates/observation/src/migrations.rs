use noroshi_ledger::migration::Migration;

/// The observation desk's migrations, oldest first.
///
/// `observation_sensor.number` is what packets bear: small, and never given twice. `observation_watch` holds the spans in which a sensor
/// watched. `observation_file` is the manifest of the packets' files. Times are microseconds; the end of a span is the first that is not in it.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "observation_m0001_init",
        both: &[
            "CREATE TABLE observation_sensor (id {id}, number BIGINT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, registered_at BIGINT NOT NULL)",
            "CREATE TABLE observation_capture (id {id}, sensor_id BIGINT NOT NULL REFERENCES observation_sensor (id), name TEXT NOT NULL, sha256 TEXT NOT NULL, imported_at BIGINT NOT NULL, packets BIGINT NOT NULL, stored BIGINT NOT NULL, not_ip BIGINT NOT NULL, truncated BIGINT NOT NULL, malformed BIGINT NOT NULL, wire_bytes BIGINT NOT NULL, UNIQUE (sensor_id, sha256))",
            "CREATE TABLE observation_watch (id {id}, sensor_id BIGINT NOT NULL REFERENCES observation_sensor (id), from_at BIGINT NOT NULL, to_at BIGINT NOT NULL)",
            "CREATE INDEX observation_watch_span ON observation_watch (to_at, from_at)",
            "CREATE TABLE observation_file (name TEXT NOT NULL PRIMARY KEY, capture_id BIGINT, packets BIGINT NOT NULL, size_bytes BIGINT NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL)",
            "CREATE INDEX observation_file_span ON observation_file (to_at, from_at)",
        ],
        sqlite: &[],
        postgres: &[],
    },
    // Sensors that send by themselves. `identity` is how a batch names its sensor. `observation_batch` holds every batch that was
    // acknowledged: `raw_…` is where its bytes lie, `taken_at` when its packets came to the lake; chain and numbers are as its header says.
    Migration {
        name: "observation_m0002_centre",
        both: &[
            "ALTER TABLE observation_sensor ADD COLUMN organisation TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE observation_sensor ADD COLUMN region TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE observation_sensor ADD COLUMN country TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE observation_sensor ADD COLUMN addresses BIGINT NOT NULL DEFAULT 1",
            "ALTER TABLE observation_sensor ADD COLUMN identity TEXT",
            "ALTER TABLE observation_sensor ADD COLUMN batch_key TEXT",
            "ALTER TABLE observation_sensor ADD COLUMN enrolled_at BIGINT",
            "ALTER TABLE observation_sensor ADD COLUMN revoked_at BIGINT",
            "ALTER TABLE observation_sensor ADD COLUMN software TEXT NOT NULL DEFAULT ''",
            "CREATE UNIQUE INDEX observation_sensor_identity ON observation_sensor (identity)",
            "CREATE TABLE observation_authority (id {id}, certificate {bytes} NOT NULL, locked_key {bytes} NOT NULL, made_at BIGINT NOT NULL)",
            "CREATE TABLE observation_token (id {id}, sensor_id BIGINT NOT NULL REFERENCES observation_sensor (id), secret_sha256 TEXT NOT NULL UNIQUE, made_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT)",
            "CREATE TABLE observation_certificate (serial TEXT NOT NULL PRIMARY KEY, sensor_id BIGINT NOT NULL REFERENCES observation_sensor (id), issued_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, withdrawn_at BIGINT)",
            "CREATE INDEX observation_certificate_sensor ON observation_certificate (sensor_id)",
            "CREATE TABLE observation_batch (id {id}, sensor_id BIGINT NOT NULL REFERENCES observation_sensor (id), boot TEXT NOT NULL, sequence BIGINT NOT NULL, hash TEXT NOT NULL UNIQUE, previous TEXT, raw_sha256 TEXT NOT NULL, raw_offset BIGINT NOT NULL, raw_length BIGINT NOT NULL, received_at BIGINT NOT NULL, opened_at BIGINT NOT NULL, closed_at BIGINT NOT NULL, clock_offset_us BIGINT, kept BIGINT NOT NULL, not_ip BIGINT NOT NULL, truncated BIGINT NOT NULL, malformed BIGINT NOT NULL, left_out BIGINT NOT NULL, kernel_drops BIGINT NOT NULL, taken_at BIGINT, UNIQUE (sensor_id, boot, sequence))",
            "CREATE INDEX observation_batch_waiting ON observation_batch (id) WHERE taken_at IS NULL",
            "CREATE INDEX observation_batch_sensor ON observation_batch (sensor_id, closed_at)",
            "CREATE INDEX observation_watch_sensor ON observation_watch (sensor_id, to_at)",
            "CREATE TABLE observation_gap (id {id}, sensor_id BIGINT NOT NULL REFERENCES observation_sensor (id), batch_id BIGINT NOT NULL, reason TEXT NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL, packets BIGINT, boot TEXT NOT NULL, first_sequence BIGINT NOT NULL, last_sequence BIGINT NOT NULL, UNIQUE (sensor_id, reason, from_at, to_at, boot, first_sequence, last_sequence))",
            "CREATE TABLE observation_refusal (id {id}, at BIGINT NOT NULL, sensor_id BIGINT, reason TEXT NOT NULL, text TEXT NOT NULL, peer TEXT NOT NULL)",
        ],
        sqlite: &[],
        postgres: &[],
    },
    // Rollups: packets added up by hour and day of the team's zone (`at`: when it begins). `sensors` holds packets by sensor, `sources` a
    // sketch of the distinct sources. `rolled_at` says that a file's packets are in them; a file that is counted anew counts from `count_from` on, as packets before the
    // horizon are gone. A file with `retired_at` counts no more, and is there for those who read it already.
    Migration {
        name: "observation_m0003_rollups",
        both: &[
            "ALTER TABLE observation_file ADD COLUMN rolled_at BIGINT",
            "ALTER TABLE observation_file ADD COLUMN count_from BIGINT",
            "ALTER TABLE observation_file ADD COLUMN retired_at BIGINT",
            "CREATE INDEX observation_file_unrolled ON observation_file (from_at) WHERE rolled_at IS NULL",
            "CREATE TABLE observation_cell (level BIGINT NOT NULL, dimension BIGINT NOT NULL, key TEXT NOT NULL, at BIGINT NOT NULL, packets BIGINT NOT NULL, sensors {bytes} NOT NULL, sources {bytes} NOT NULL, PRIMARY KEY (level, dimension, key, at))",
            "CREATE INDEX observation_cell_at ON observation_cell (level, dimension, at)",
            "CREATE TABLE observation_zone (zone TEXT NOT NULL)",
            "CREATE TABLE observation_horizon (before BIGINT NOT NULL)",
        ],
        sqlite: &[],
        postgres: &[],
    },
    // What pages ask of sensors. `host_link`: when the secret link for a sensor's host was made; none when there is none. `raw_removed_at`:
    // when the bytes of a batch went, as they were kept long enough.
    Migration {
        name: "observation_m0004_health",
        both: &[
            "ALTER TABLE observation_sensor ADD COLUMN host_link BIGINT",
            "CREATE INDEX observation_batch_received ON observation_batch (sensor_id, received_at)",
            "CREATE INDEX observation_batch_came ON observation_batch (received_at)",
            "CREATE INDEX observation_batch_dropped ON observation_batch (received_at) WHERE kernel_drops > 0",
            "CREATE INDEX observation_gap_sensor ON observation_gap (sensor_id, to_at)",
            "ALTER TABLE observation_batch ADD COLUMN raw_removed_at BIGINT",
            "CREATE INDEX observation_batch_raw ON observation_batch (raw_sha256) WHERE raw_removed_at IS NULL",
            "CREATE INDEX observation_batch_raw_closed ON observation_batch (closed_at) WHERE raw_removed_at IS NULL",
            "CREATE INDEX observation_refusal_sensor ON observation_refusal (sensor_id, id)",
        ],
        sqlite: &[],
        postgres: &[],
    },
    // Packets of all values of a day or month in one piece (`packed`, see `rollup/packed.rs`), and the hours of each day of services by country.
    Migration {
        name: "observation_m0005_totals",
        both: &[
            "CREATE TABLE observation_total (level BIGINT NOT NULL, dimension BIGINT NOT NULL, at BIGINT NOT NULL, packed {bytes} NOT NULL, PRIMARY KEY (level, dimension, at))",
            "CREATE TABLE observation_profile (at BIGINT NOT NULL PRIMARY KEY, packed {bytes} NOT NULL)",
        ],
        sqlite: &[],
        postgres: &[],
    },
    // Rises that were found. `service` and `country` as cells name them (no country: from anywhere); `evidence` is JSON (`rise/evidence.rs`).
    // `observation_detected` holds the hour until which everything was judged. `observation_researcher`: networks from which research scans come that
    // is known. `observation_scanner` became `observation_sight`.
    Migration {
        name: "observation_m0006_rises",
        both: &[
            "CREATE TABLE observation_rise (id {id}, number BIGINT NOT NULL UNIQUE, service TEXT NOT NULL, country TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL, found_at BIGINT NOT NULL, evidence TEXT NOT NULL, explanation_ja TEXT NOT NULL DEFAULT '', explanation_en TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '')",
            "CREATE INDEX observation_rise_service ON observation_rise (service, to_at)",
            "CREATE INDEX observation_rise_state ON observation_rise (state, found_at)",
            "CREATE TABLE observation_detected (until_at BIGINT NOT NULL)",
            "CREATE TABLE observation_researcher (id {id}, network TEXT NOT NULL UNIQUE, name TEXT NOT NULL, added_at BIGINT NOT NULL)",
            "CREATE TABLE observation_scanner (source TEXT NOT NULL PRIMARY KEY, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL)",
        ],
        sqlite: &[],
        postgres: &[],
    },
    // Keys by which observations are given to others. `token_sha256`: of the secret, which is kept nowhere. `regions`: one to a line, a country's two
    // capital letters or a region's name; none of a researcher who is given all.
    Migration {
        name: "observation_m0007_shares",
        both: &[
            "CREATE TABLE observation_share (id {id}, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, regions TEXT NOT NULL, token_sha256 {bytes} NOT NULL UNIQUE, made_at BIGINT NOT NULL, used_at BIGINT, ended_at BIGINT)",
        ],
        sqlite: &[],
        postgres: &[],
    },
    // Merged files are kept for a while, and there may be a hundred of them for each that is asked.
    Migration {
        name: "observation_m0008_live_files",
        both: &["DROP INDEX observation_file_span", "CREATE INDEX observation_file_live ON observation_file (to_at, from_at) WHERE retired_at IS NULL"],
        sqlite: &[],
        postgres: &[],
    },
    // Sources at home that scanned: `evidence` is what was seen of them (JSON), so that it can be shown; a source may scan again. `observation_sought`
    // holds the hour until which they were sought.
    Migration {
        name: "observation_m0009_sights",
        both: &[
            "CREATE TABLE observation_sight (id {id}, source TEXT NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL, packets BIGINT NOT NULL, evidence TEXT NOT NULL)",
            "CREATE INDEX observation_sight_source ON observation_sight (source, to_at)",
            "DROP TABLE observation_scanner",
            "CREATE TABLE observation_sought (until_at BIGINT NOT NULL)",
        ],
        sqlite: &[],
        postgres: &[],
    },
];
