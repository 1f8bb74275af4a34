"""Cases: what goes into a test and what must come out, from data files."""
