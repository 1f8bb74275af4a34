"""Which database a test's SQL goes to: owners, layers, branches, and the redirect."""
