"""Templates: what builds a database, and building it once."""
