"""`freshdb hunt` beside detect-test-pollution on generated suites: `python -m bench.hunt`."""
