"""How a test's cost grows with the suite, the schema, the baseline and the workers."""
