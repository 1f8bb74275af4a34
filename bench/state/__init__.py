"""What it costs to keep the state of a process the same for every test."""
