"""Which test depends on which: victims, and the tests that make the difference."""
