"""Find, start, await and stop real database servers."""
