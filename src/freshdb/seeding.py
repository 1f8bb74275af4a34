"""`seeded_session`: declare a fixture that writes rows and yields the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def seeded_session(seed: Callable[..., Any], *, name: str | None = None) -> Any:
    """Declare a fixture that writes the rows of `seed` and yields `db_session`.

        two_tenants = freshdb.seeded_session(lambda: [Tenant(name="acme"), Tenant(name="globex")])

        async def test_tenants(two_tenants):
            assert len((await two_tenants.scalars(select(Tenant))).all()) == 2

    Args:
        seed: called anew for each test. With nothing: returns ORM objects to add. With one
            parameter: gets the session and adds to it. It may be async in both cases.
        name: the fixture's name, where it should differ from the variable's.

    Returns:
        A fixture of function scope, to be assigned in a conftest or test module.
    """
    import pytest

    from freshdb.sessions import plant

    @pytest.fixture(name=name)
    def seeded(db_session: Any) -> Any:
        plant(db_session, seed)
        return db_session

    return seeded
