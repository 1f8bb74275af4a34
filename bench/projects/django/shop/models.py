"""Forty tables of the same columns and indexes as the ones on SQLAlchemy."""

from __future__ import annotations

from django.db import models


class Item(models.Model):
    """The table that the tests write to."""

    name = models.TextField(db_index=True)
    note = models.TextField(null=True)
    price = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.name


def _more_models() -> None:
    for number in range(1, 40):
        columns = {
            "__module__": __name__,
            "name": models.CharField(max_length=80, db_index=True),
            "note": models.TextField(null=True),
            "amount": models.DecimalField(max_digits=10, decimal_places=2, default=0),
            "made_at": models.DateTimeField(auto_now_add=True),
            "item": models.ForeignKey(Item, models.CASCADE, null=True),
        }
        type(f"Model{number:02}", (models.Model,), columns)


_more_models()
