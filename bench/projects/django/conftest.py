"""Lets all tests write to the one database that is made for the run, as if they asked for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test.utils import setup_databases, teardown_databases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker


@pytest.fixture(autouse=True, scope="session")
def _shared(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        yield
        teardown_databases(made, verbosity=0)
