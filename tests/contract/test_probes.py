"""The concurrency probes: what connections to one branch see and do to each other.

Each is an everyday thing in an async application that one of the usual ways to test on SQLite gets
wrong: `StaticPool`, a shared cache, the memdb VFS, or `BEGIN` emitted by an event listener.
"""

from __future__ import annotations

import pytest

from tests.project import Project

PROBES = {
    "eight_gathered_writers": """
        await asyncio.gather(*(add(f"w{n}") for n in range(8)))
        assert len(await names()) == 8
    """,
    "a_reader_is_open_while_another_commits": """
        await add("ada")
        async with engine.connect() as reader:
            result = await reader.execute(text("SELECT name FROM users"))
            assert result.all() == [("ada",)]
            await add("bob")
            result = await reader.execute(text("SELECT name FROM users"))
            assert result.all() == [("ada",), ("bob",)]
    """,
    "a_half_read_cursor_does_not_lock_a_writer": """
        await asyncio.gather(*(add(f"w{n}") for n in range(8)))
        async with engine.connect() as reader:
            result = await reader.stream(text("SELECT name FROM users"))
            assert await result.fetchone() is not None
            await add("ada")
            await result.close()
        assert len(await names()) == 9
    """,
    "a_reader_does_not_see_what_is_not_committed": """
        async with SessionLocal() as writer:
            writer.add(User(name="ada"))
            await writer.flush()
            assert await names() == []
            await writer.commit()
        assert await names() == ["ada"]
    """,
    "four_read_then_write": """
        await add("ada")

        async def read_then_write(n):
            async with SessionLocal() as session:
                count = await session.scalar(select(func.count()).select_from(User))
                session.add(User(name=f"w{n} after {count}"))
                await session.commit()

        await asyncio.gather(*(read_then_write(n) for n in range(4)))
        assert len(await names()) == 5
    """,
    "a_foreign_rollback_does_not_lose_a_row": """
        async with SessionLocal() as mine, SessionLocal() as other:
            mine.add(User(name="ada"))
            await mine.flush()
            await other.execute(text("SELECT 1"))
            await other.rollback()
            await mine.commit()
        assert await names() == ["ada"]
    """,
    "a_commit_that_fails_does_not_poison_the_pool": """
        async with SessionLocal() as one:
            one.add(User(id=1, name="ada"))
            await one.commit()
        with pytest.raises(IntegrityError):
            async with SessionLocal() as two:
                two.add(User(id=1, name="bob"))
                await two.commit()
        await asyncio.gather(*(add(f"w{n}") for n in range(8)))
        assert len(await names()) == 9
    """,
    "a_savepoint_that_is_rolled_back_keeps_the_rest": """
        async with SessionLocal() as session:
            session.add(User(name="ada"))
            await session.flush()
            nested = await session.begin_nested()
            session.add(User(name="bob"))
            await session.flush()
            await nested.rollback()
            await session.commit()
        assert await names() == ["ada"]
    """,
}


@pytest.mark.parametrize("url", ["sqlite+aiosqlite:///app.db", "sqlite+aiosqlite://"])
def test_concurrency_probes(project: Project, url: str) -> None:
    tests = "".join(
        f"\n    @pytest.mark.asyncio\n    async def test_{name}():{body}"
        for name, body in PROBES.items()
    )
    project.async_app(url).files(
        pyproject__toml='[tool.freshdb]\nschema = "app:Base"',
        test_it=f"""
    import asyncio
    import pytest
    from sqlalchemy.exc import IntegrityError
    from app import *
    {tests}
    """,
    ).run().passed(len(PROBES))
