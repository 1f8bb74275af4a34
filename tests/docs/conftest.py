"""Commands of pages are run by `make test-docs`, which names their file; other runs pass it by."""

from __future__ import annotations

collect_ignore = ["test_commands.py"]
