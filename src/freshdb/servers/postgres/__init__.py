"""Postgres: its programs found, a private server started and shared, and its protocol."""
