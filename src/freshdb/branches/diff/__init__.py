"""What differs between two databases: schema, rows, and the SQL that closes the difference."""
