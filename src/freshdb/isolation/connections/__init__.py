"""How SQLAlchemy's connections get to a branch, what is known of each, and how they are closed."""
