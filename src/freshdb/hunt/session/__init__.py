"""The session process: collects the target's suite once, and runs trials in forks of itself."""
