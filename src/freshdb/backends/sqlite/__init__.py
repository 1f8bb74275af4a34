"""SQLite: files, copied from a template and reset in place."""
