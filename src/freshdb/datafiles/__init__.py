"""Data files: plain values with a place for each, in YAML, TOML, JSON, JSONL and CSV.

`document` is what the rest of freshdb works with; one module per format reads into it.
"""
