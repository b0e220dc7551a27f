//! The pages through their public face: requests in, answers out, on a real database.

mod access;
mod actions;
mod api;
mod browser;
mod compare;
mod filled;
mod forms;
mod hostile;
mod keys;
mod letters;
mod mail;
mod mappings;
mod observe;
mod pages;
mod red;
mod report;
mod rises;
mod seals;
mod sensors;
mod shares;
mod sql;
mod statistics;
mod tongues;
mod tray;
mod words;
