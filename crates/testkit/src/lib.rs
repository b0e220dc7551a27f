//! For tests: both databases, a fixed clock, fixtures
