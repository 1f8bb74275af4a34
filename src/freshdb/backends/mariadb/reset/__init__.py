"""Make a MariaDB or MySQL branch pristine in place: what was written is seen, and put back."""

from freshdb.backends.mariadb.reset.resettable import Outcome, ResettableSchema

__all__ = ["Outcome", "ResettableSchema"]
