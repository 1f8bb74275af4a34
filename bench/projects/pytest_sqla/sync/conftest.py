"""The plugin makes the tables itself."""
