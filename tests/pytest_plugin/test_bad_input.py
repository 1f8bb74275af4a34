"""A bad setting is one clear stop: the value, where it came from, and the cure."""

from __future__ import annotations

import pytest

from tests.project import Project

TEST = "def test_it(): pass"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ('schemas = "app:Base"', "there is no setting `schemas`|did you mean `schema`?"),
        ('strategy = "klone"', "setting `strategy` is 'klone'|did you mean `clone`?"),
        ('on_leak = "shout"', "setting `on_leak` is 'shout'|`fail`, `ignore`, `report`"),
        ('strict = "maybe"', "setting `strict` is 'maybe', not true or false"),
        ("teardown_timeout_s = -1", "not a number of seconds from 0 to 3600"),
        ("exclude = 3", "setting `exclude` is 3, not a list of texts"),
        ('schema = "app"', 'schema is `app`|write `schema = "module:attribute"`'),
        ('schema = "ap:Base"', "importing `ap` fails: ModuleNotFoundError|pythonpath"),
        ('schema = "app:Bass"', "`app` has no `Bass`|did you mean `app:Base`?"),
        ('schema = "app:__name__"', "that is a str"),
        ('schema = "empty:metadata"', "its metadata has no tables|imports them all"),
        ('schema = "app:add_two"', "it takes 2 arguments"),
        ('schema = "missing.sql"', "there is no file `"),
        ('schema = "alembic"', "there is no file `|alembic:path/to/alembic.ini"),
        ('schema = "app:nothing"', "ran and made no tables"),
    ],
)
def test_a_bad_setting_stops_the_run(project: Project, setting: str, expected: str) -> None:
    project.app().files(
        pyproject__toml=f"[tool.freshdb]\n{setting}",
        empty="from sqlalchemy import MetaData\nmetadata = MetaData()",
        test_it=TEST,
    )
    with (project.path / "app.py").open("a") as app:
        app.write("\n\ndef add_two(a, b): pass\n\ndef nothing(): pass\n")

    outcome = project.run()

    assert outcome.status == pytest.ExitCode.USAGE_ERROR
    for part in expected.split("|"):
        assert part in outcome.output
    assert "pyproject.toml [tool.freshdb]" in outcome.output or "no tables" in outcome.output
    assert "hint: " in outcome.output
    assert "Traceback" not in outcome.output
    assert project.left_behind() == []


def test_every_source_of_a_setting_is_named(project: Project, monkeypatch: object) -> None:
    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    project.files(test_it=TEST)

    assert "(from command line --freshdb-strategy)" in project.run("--freshdb-strategy=x").output

    monkeypatch.setenv("FRESHDB_STRATEGIE", "clone")
    output = project.run().output
    assert "there is no setting `strategie` (from environment FRESHDB_STRATEGIE)" in output
    assert "did you mean `strategy`?" in output


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("freshdb(strateg='clone')", "there is no setting `strateg`"),
        ("freshdb(schema='app:Base')", "setting `schema` cannot differ from test to test"),
        ("freshdb('clone')", "the marker has an argument without a name: 'clone'"),
    ],
)
def test_a_bad_marker_stops_the_run(project: Project, marker: str, expected: str) -> None:
    project.files(test_it=f"import pytest\n@pytest.mark.{marker}\n{TEST}")

    outcome = project.run()

    assert outcome.status == pytest.ExitCode.USAGE_ERROR
    assert expected in outcome.output
    assert "(from @pytest.mark.freshdb of test_it.py::test_it)" in outcome.output


def test_a_build_that_fails_shows_its_own_traceback(project: Project) -> None:
    project.app().files(
        pyproject__toml='[tool.freshdb]\nschema = "build:make"',
        build="""
        from sqlalchemy import text

        def make(connection):
            connection.execute(text("CREATE TABLE half (x)"))
            raise RuntimeError("it broke")
        """,
        test_it=TEST,
    )

    outcome = project.run()

    assert outcome.status == pytest.ExitCode.USAGE_ERROR
    assert 'raise RuntimeError("it broke")' in outcome.output
    assert "building the template from schema `build:make` failed: RuntimeError" in outcome.output
    assert project.left_behind() == []


def test_a_directory_that_cannot_be_written_stops_the_run(project: Project) -> None:
    project.files(test_it=TEST, occupied__txt="")

    outcome = project.run("--freshdb-directory=occupied.txt/branches")

    assert outcome.status == pytest.ExitCode.USAGE_ERROR
    assert "cannot write to the directory `occupied.txt/branches`" in outcome.output
    assert "(from command line --freshdb-directory)" in outcome.output


def test_help_works_with_a_broken_setting(project: Project) -> None:
    project.files(pyproject__toml='[tool.freshdb]\nstrategy = "klone"')

    outcome = project.run("--help")

    assert outcome.status == 0
    assert "--freshdb-strategy" in outcome.output
