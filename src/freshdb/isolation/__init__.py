"""Which database a test's SQL goes to: whose work it is, the branch for it, and the way there."""
