"""From a statement of MySQL's to what SQLite runs, and how its answer becomes MySQL's again."""
