"""Postgres's SQL on SQLite: what can be kept exactly is; everything else is refused by name."""
