use noroshi_ledger::migration::Migration;

/// The observation desk's migrations, oldest first.
///
/// `observation_sensor.number` is what packets bear: small, and never given twice. `observation_watch` holds the spans in which a sensor
/// watched. `observation_file` is the manifest of the packets' files. Times are microseconds; the end of a span is the first that is not in it.
pub const MIGRATIONS: &[Migration] = &[Migration {
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
}];
