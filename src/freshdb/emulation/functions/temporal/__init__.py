"""Dates and times: read from text, numbers and one another; the calendar."""
