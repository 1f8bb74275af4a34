"""MariaDB and MySQL: databases on a server, copied by replay and reset in place."""
