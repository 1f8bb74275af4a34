"""MariaDB and MySQL: their programs found, a private server started and shared."""
