"""As many tests as BENCH_TESTS says; each inserts one row, in a transaction of the test case's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.test import TestCase
from shop.models import Item

if TYPE_CHECKING:
    from collections.abc import Callable


def _inserting(number: int) -> Callable[[InsertTest], None]:
    def test(case: InsertTest) -> None:
        Item.objects.create(name=f"item {number}")

    return test


class InsertTest(TestCase):
    """Its tests are made below."""


for _number in range(int(os.environ["BENCH_TESTS"])):
    setattr(InsertTest, f"test_{_number:05}", _inserting(_number))
