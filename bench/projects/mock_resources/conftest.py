"""The plugin makes an engine and the tables for each test that asks for them."""

from __future__ import annotations

from pytest_mock_resources import create_sqlite_fixture
from shop.models import Base

database = create_sqlite_fixture(Base)
