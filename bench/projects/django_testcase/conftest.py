"""The test case gives access to the database, and rolls back what was written."""
