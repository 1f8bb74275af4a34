"""Probes of state that a session process looks at beside those of `freshdb.state`."""
