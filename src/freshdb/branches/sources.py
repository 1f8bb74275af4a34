"""What a branch can be made from, and what it must not be made from."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from freshdb.branches.products import product
from freshdb.branches.records import Place
from freshdb.errors import BranchInputError, BranchNotFoundError, BranchRefusedError

FORMS = (
    "a branch (`NAME`), its snapshot (`NAME@LABEL`), a file (`./app.db`), a URL without a "
    "password, `env:VARIABLE` that holds a URL, `template`, or `template@URL` on a server"
)
TEMPLATE = "template"
_TEMPLATE = re.compile(r"template(:(?P<schema>.+?))?(@(?P<server>env:.+|[\w+]+://.*))?")
_PRODUCTS = {"sqlite": "sqlite", "postgresql": "postgres", "postgres": "postgres"}
_PRODUCTS |= {"mysql": "mariadb", "mariadb": "mariadb"}


@dataclass(frozen=True)
class Asked:
    """What somebody has asked for.

    Attributes:
        kind: `database`, `template` or `branch`.
        name: the branch's name, or the template's schema; empty for that of the settings.
        label: the snapshot's label, or an empty text.
        place: of a database; where a template's server is.
    """

    kind: str
    text: str
    name: str = ""
    label: str = ""
    place: Place | None = None


def parse(text: str) -> Asked:
    """Tell what kind of source a text names.

    Raises:
        BranchInputError: it names nothing of the kind.
        BranchNotFoundError: it names an environment variable that is not set.
    """
    if not text.strip():
        raise BranchInputError("the source is empty", hint=f"name {FORMS}")
    template = _TEMPLATE.fullmatch(text)
    if template is not None:
        return _template(text, template["schema"] or "", template["server"])
    if text.startswith("env:"):
        return _from_environment(text)
    if "://" in text:
        return Asked("database", text, place=_place(text))
    if "/" in text or os.path.isfile(text):
        return Asked("database", text, place=_file(text))
    name, _, label = text.partition("@")
    return Asked("branch", text, name=name, label=label)


def _template(text: str, schema: str, server: str | None) -> Asked:
    if server is None:
        return Asked(TEMPLATE, text, name=schema)
    asked = _from_environment(server) if server.startswith("env:") else None
    place = asked.place if asked is not None else _place(server, needs_database=False)
    if place is None or not product(place.product).has_servers:
        raise BranchInputError(
            f"`{server}` is no server to build a template on",
            hint="a template in a file is `template` without more",
        )
    return Asked(TEMPLATE, text, name=schema, place=place)


def check_allowed(place: Place, allowed_hosts: Sequence[str] = ()) -> None:
    """Refuse a source that is not on this machine, or that looks like production.

    Raises:
        BranchRefusedError: it is one.
    """
    from freshdb.backends.safety import reason_against

    host, database = product(place.product).whereabouts(place)
    reason = reason_against(host, database, tuple(allowed_hosts))
    if reason is not None:
        hint = "branch a copy that is meant for trying things out, and named so"
        if "is not this machine" in reason:
            hint = f"`--allow-host {host}` if that is meant"
        raise BranchRefusedError(f"will not read `{place}`: {reason}", hint=hint)


def _from_environment(text: str) -> Asked:
    variable = text.removeprefix("env:")
    url = os.environ.get(variable, "")
    if "://" not in url:
        raise BranchNotFoundError(
            f"the environment variable `{variable}` holds no URL",
            hint="set it to one, for example `sqlite:///app.db`",
        )
    return Asked("database", text, place=_place(url, variable))


def _place(url: str, variable: str = "", *, needs_database: bool = True) -> Place:
    """Return the place that a URL names, its password left out."""
    dialect, _, rest = url.partition("://")
    scheme, _, driver = dialect.partition("+")
    name = _PRODUCTS.get(scheme)
    if name is None:
        raise BranchInputError(
            f"databases of `{dialect}` cannot be branched",
            hint="these can: `sqlite:///app.db`, `postgresql://me@localhost/app`, "
            "`mysql://me@localhost/app`",
        )
    if name == "sqlite":
        path = rest.removeprefix("/").partition("?")[0]
        if path in ("", ":memory:") or path.startswith("file:"):
            raise BranchInputError(
                f"`{url}` names no file that another process could read",
                hint="branch a file: `sqlite:///app.db`",
            )
        return replace(_file(path), driver=driver)
    password = re.match(r"[^/@]*:([^/@]+)@", rest)
    if password and not variable:
        raise BranchInputError(
            "a password on the command line is seen by everybody on this machine",
            hint="put the URL into an environment variable, and name that: `env:DATABASE_URL`",
        )
    if name == "mariadb" and needs_database and not urlsplit(url).path.strip("/"):
        raise BranchInputError(
            f"`{url}` names no database", hint="add it: `mysql://me@localhost/app`"
        )
    clean = re.sub(r"^([^/@:]*):[^/@]*@", r"\1@", rest)
    return Place(name, f"{scheme}://{clean}", variable, driver)


def _file(text: str) -> Place:
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise BranchNotFoundError(f"there is no file `{path}`", hint=f"name {FORMS}")
    return Place("sqlite", str(path))
