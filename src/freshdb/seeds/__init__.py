"""Seeds: rows that are there when a test starts, from data files, SQL, callables and factories.

`find` says what a seed is, `rows` reads files, `plan` makes rows fit their tables and puts them in
order without a database, `load` writes them, `layers` keeps what was written for the next test.
"""
