"""What a column makes of a value: MySQL's conversions on storing, strict or not."""

from freshdb.emulation.storing.members import enum_number, set_number
from freshdb.emulation.storing.rules import Rules, column_of

__all__ = ["Rules", "column_of", "enum_number", "set_number"]
