//! Pages for the staff, in Japanese and English
