"""The same application on Django: forty tables, one of which the tests write to."""
