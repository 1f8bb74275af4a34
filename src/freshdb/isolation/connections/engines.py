"""Engines: where each was made and for whom, noted as `create_engine` returns it."""

from __future__ import annotations

import weakref
from typing import Any

from sqlalchemy.engine import URL, Dialect, Engine

from freshdb.isolation.owners import Owner
from freshdb.isolation.places import caller

OPT_OUT = "freshdb"


class EngineFacts:
    """What is known of an engine; engines made before freshdb was loaded have none."""

    __slots__ = ("engine", "made_for", "place")

    def __init__(self, engine: Engine, made_for: Owner, place: str) -> None:
        self.engine = weakref.ref(engine)
        self.made_for = made_for
        self.place = place

    @property
    def url(self) -> str:
        engine = self.engine()
        return str(engine.url) if engine is not None else ""

    @property
    def opted_out(self) -> bool:
        """Whether the engine has the execution option `freshdb=False`."""
        engine = self.engine()
        return engine is not None and engine.get_execution_options().get(OPT_OUT) is False


class EngineRegister:
    """Notes every engine through `Dialect.engine_created`, SQLAlchemy's hook for dialects."""

    def __init__(self) -> None:
        self._facts: weakref.WeakKeyDictionary[Dialect, EngineFacts] = weakref.WeakKeyDictionary()
        self._original = Dialect.__dict__["engine_created"]

    def start(self, owner_now: Any) -> None:
        """Begin to note engines; `owner_now` is called for the owner that is at work."""
        original = self._original.__func__

        def engine_created(cls: type[Dialect], engine: Engine) -> None:
            self._facts[engine.dialect] = EngineFacts(engine, owner_now(), caller())
            original(cls, engine)

        Dialect.engine_created = classmethod(engine_created)  # type: ignore[assignment]  # undone by stop

    def stop(self) -> None:
        Dialect.engine_created = self._original  # type: ignore[method-assign]  # as it was

    def urls(self) -> list[URL]:
        """Return the URLs of the engines that are covered and still there."""
        engines = [facts.engine() for facts in self._facts.values() if not facts.opted_out]
        return [engine.url for engine in engines if engine is not None]

    def facts_of(self, dialect: Dialect) -> EngineFacts | None:
        return self._facts.get(dialect)
