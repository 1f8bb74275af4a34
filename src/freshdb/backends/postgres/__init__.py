"""Postgres: databases on a server, cloned from a template and reset in place."""
