"""Find which test pollutes which, through what, and prove it.

The hunter (`hunter.py`) has no pytest in it. It asks a session process (`session/`) for trials:
that process collects the suite once and forks a child for each trial.
"""
