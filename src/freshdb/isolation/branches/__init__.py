"""What stands in for a database: its baseline, and the branches made from it."""
