"""How long a large seed takes: read, planned, and loaded into an empty database."""
