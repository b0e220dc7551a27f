//! The periodic reports: which tables and charts, from which desks, in which words
