"""A scoped value lives as long as its scope, and needs no reset."""

from __future__ import annotations

import asyncio
import doctest
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

import freshdb.scoped
from freshdb.errors import ScopedError
from freshdb.scoped import (
    APPLICATION,
    current_scope,
    scope,
    scoped,
    swap_outermost,
)


class Limiter:
    def __init__(self) -> None:
        self.hits: list[str] = []


def test_one_value_per_scope() -> None:
    limiter = scoped(Limiter)

    with scope("outer"):
        outer = limiter()
        with scope("inner"):
            assert limiter() is not outer
        assert limiter() is outer


def test_outside_of_all_scopes_the_value_is_the_applications() -> None:
    limiter = scoped(Limiter)
    of_this_test = swap_outermost(APPLICATION)
    try:
        assert current_scope() is APPLICATION
        assert limiter() is limiter()
    finally:
        swap_outermost(of_this_test).forget(limiter)
    APPLICATION.forget(limiter)


def test_a_value_follows_tasks_and_threads_of_its_scope() -> None:
    limiter = scoped(Limiter)

    async def main() -> list[Limiter]:
        async def ask() -> Limiter:
            return limiter()

        return [*await asyncio.gather(ask(), ask()), await asyncio.to_thread(limiter), limiter()]

    with scope("test"):
        values = asyncio.run(main())

        assert all(value is limiter() for value in values)


def test_two_tasks_with_scopes_of_their_own_do_not_share() -> None:
    limiter = scoped(Limiter)

    async def request(name: str) -> Limiter:
        with scope(name):
            first = limiter()
            await asyncio.sleep(0)
            assert limiter() is first
            return first

    async def main() -> list[Limiter]:
        return list(await asyncio.gather(request("a"), request("b")))

    first, second = asyncio.run(main())

    assert first is not second


def test_threads_that_ask_at_once_get_one_value() -> None:
    made: list[Limiter] = []
    start = threading.Barrier(8)

    def make() -> Limiter:
        made.append(Limiter())
        return made[-1]

    limiter = scoped(make)

    def ask() -> None:
        start.wait()
        limiter()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    APPLICATION.forget(limiter)

    assert len(made) == 1


def test_it_is_a_fastapi_dependency() -> None:
    @scoped
    def limiter(size: int = 3) -> Limiter:
        return Limiter()

    app = FastAPI()

    @app.get("/")
    def hit(limits: Limiter = Depends(limiter)) -> int:
        limits.hits.append("x")
        return len(limits.hits)

    client = TestClient(app)
    with scope("one"):
        counts = [client.get("/").json(), client.get("/").json()]
    with scope("two"):
        counts.append(client.get("/?size=9").json())

    assert counts == [1, 2, 1]
    assert app.openapi()["paths"]["/"]["get"].get("parameters") is None


def test_override_lasts_as_long_as_its_block() -> None:
    limiter = scoped(Limiter)
    other, third = Limiter(), Limiter()

    with scope("test"):
        own = limiter()
        with limiter.override(other), limiter.override(third):
            assert limiter() is third
        with limiter.override_factory(Limiter):
            assert limiter() is limiter()
            assert limiter() is not own
        assert limiter() is own


def test_override_works_through_the_frameworks_own_way() -> None:
    limiter = scoped(Limiter)
    app = FastAPI()

    @app.get("/")
    def hits(limits: Limiter = Depends(limiter)) -> list[str]:
        return limits.hits

    fake = Limiter()
    fake.hits.append("fake")
    app.dependency_overrides[limiter] = lambda: fake

    assert TestClient(app).get("/").json() == ["fake"]


def test_forget_makes_a_new_value() -> None:
    limiter = scoped(Limiter)

    with scope("test"):
        first = limiter()
        limiter.forget()

        assert limiter() is not first


def test_a_factory_that_raises_is_named_and_tried_again() -> None:
    attempts: list[int] = []

    @scoped
    def settings() -> str:
        attempts.append(1)
        if len(attempts) == 1:
            raise KeyError("DATABASE_URL")
        return "ok"

    with scope("tests/test_x.py::test_a"):
        with pytest.raises(ScopedError, match="hint: correct the factory") as caught:
            settings()

        assert settings() == "ok"

    error = caught.value
    assert isinstance(error.__cause__, KeyError)
    assert "settings` (" in str(error)
    assert "test_scoped.py:" in str(error)
    assert "scope `tests/test_x.py::test_a`" in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_the_inner_factory_is_blamed_for_the_outer_one() -> None:
    @scoped
    def engine() -> str:
        raise OSError("down")

    @scoped
    def session() -> str:
        return engine()

    with pytest.raises(ScopedError, match="engine"):
        session()


@pytest.mark.parametrize(
    ("factory", "words"),
    [
        (3, "got a value of type `int`"),
        (lambda url: url, "needs arguments: url"),
    ],
)
def test_what_cannot_be_a_factory_is_refused(factory: object, words: str) -> None:
    with pytest.raises(ScopedError, match=words):
        scoped(factory)  # type: ignore[arg-type]


def test_a_coroutine_function_is_refused() -> None:
    async def connect() -> None: ...

    with pytest.raises(ScopedError, match="coroutine"):
        scoped(connect)


def test_examples_in_the_docs_run() -> None:
    assert doctest.testmod(freshdb.scoped).failed == 0


def test_it_needs_nothing_but_the_standard_library() -> None:
    source = Path(freshdb.scoped.__file__).parents[1]
    program = (
        f"import sys; sys.path.insert(0, {str(source)!r}); import freshdb.scoped;"
        "print([n for n in ('pytest', 'sqlalchemy', 'freshdb.state') if n in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.strip() == "[]", done.stderr
