"""Lets `python -m freshdb` do what the command `freshdb` does."""

from freshdb.cli import main

raise SystemExit(main())
