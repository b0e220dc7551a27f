//! The example team, and the generator of records with given margins
