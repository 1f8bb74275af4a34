"""What a server tells about its tables: rows of SHOW and of information_schema."""

from freshdb.emulation.describing.information import INFORMATION, information_rows
from freshdb.emulation.describing.shown import (
    Raw,
    base_tables,
    column_rows,
    create_text,
    index_rows,
)

__all__ = [
    "INFORMATION",
    "Raw",
    "base_tables",
    "column_rows",
    "create_text",
    "index_rows",
    "information_rows",
]
