cd /work/tmp/reading
export CARGO_TARGET_DIR=/work/tmp/target-reading NOROSHI_FIELD_DATA=/work/shared/data
cargo nextest run --offline --no-fail-fast -p noroshi-feeds -p noroshi-reading -E 'test(notice) | test(words) | binary(reading)'
cargo nextest run --offline --no-fail-fast -p noroshi -E 'test(field::) | test(hostile_mail::) | test(letters::) | test(desk::)'
