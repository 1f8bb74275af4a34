"""Functions on dates: the present moment, parts, weeks, counts of days and seconds."""
