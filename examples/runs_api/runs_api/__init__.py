"""A service that records workflow runs."""
