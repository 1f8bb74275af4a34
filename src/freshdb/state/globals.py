"""List a project's module-level mutable state: where it is, what changes it, what to write instead.

Nothing is imported or run; the answer comes from the source texts. So it is a hint, not a proof: a
change through a name that only a run would tell (``getattr``, an argument) is not seen.
"""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from freshdb.state.settings import package_not_found


class Sort(StrEnum):
    """What sort of state a global is."""

    CONTAINER = "container"
    CACHE = "cache"
    INSTANCE = "instance"
    COUNTER = "counter"
    CONTEXT = "context variable"
    REBOUND = "rebound name"
    CLASS_ATTRIBUTE = "class attribute"
    DEFAULT = "mutable default"


ADVICE: dict[Sort, str] = {
    Sort.CONTAINER: "let a provider make it: `@scoped` on `def {name}(): return …`; ask `{name}()`",
    Sort.CACHE: "make the cached value with `@scoped`, so that it ends with its scope",
    Sort.INSTANCE: "let a provider make it: `{name} = scoped(…)`; ask for it with `{name}()`",
    Sort.COUNTER: "let a provider make it: `{name} = scoped(itertools.count)`; `next({name}())`",
    Sort.CONTEXT: "keep the token: `token = {name}.set(…)`, and `{name}.reset(token)` at the end",
    Sort.REBOUND: "make it an attribute of an object that a `@scoped` provider makes",
    Sort.CLASS_ATTRIBUTE: "set it in `__init__`, so that each instance has its own",
    Sort.DEFAULT: "let the default be `None`, and make the value in the function",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CONTAINERS = _words(
    "dict list set deque defaultdict OrderedDict Counter bytearray array SimpleNamespace"
    " WeakKeyDictionary WeakValueDictionary WeakSet UserDict UserList"
)
_CACHES = _words("lru_cache cache cached alru_cache")
_DISPLAYS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
_IMMUTABLE = _words(
    "Path PurePath Decimal Fraction UUID TypeVar ParamSpec NewType Enum Literal Field"
)
_MUTATORS = _words(
    "append appendleft extend extendleft insert remove pop popleft popitem clear update setdefault"
    " add discard sort reverse rotate move_to_end subtract difference_update intersection_update"
    " symmetric_difference_update set seed __setitem__ __delitem__ cache_clear"
)
_SKIPPED = frozenset({"site-packages", "node_modules", "__pycache__", "build", "dist", "venv"})

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Key = tuple[str, str]
"""A module's dotted name, and the name of a global in it."""


@dataclass(frozen=True)
class Mutation:
    """A line that changes a global.

    Attributes:
        file: the file, relative to the root.
        line: its line number.
        function: the function that the line is in.
        code: the line's source text.
    """

    file: str
    line: int
    function: str
    code: str


@dataclass(frozen=True)
class GlobalState:
    """One piece of module-level mutable state.

    Attributes:
        module: the dotted name of its module.
        name: its name there; ``Class.attribute`` or ``function(parameter)`` for these sorts.
        sort: what sort of state it is.
        file: the file, relative to the root.
        line: the line that makes it.
        mutations: the lines in functions that change it.
        advice: what to write instead.
    """

    module: str
    name: str
    sort: Sort
    file: str
    line: int
    mutations: tuple[Mutation, ...] = ()
    advice: str = ""

    @property
    def path(self) -> str:
        """Return the dotted path, as the ignore patterns and the report of a run have it."""
        return f"{self.module}.{self.name}"


@dataclass(frozen=True)
class Unreadable:
    """A file that could not be looked into, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class GlobalsReport:
    """What was found in a project.

    Attributes:
        states: by file and line. State that nothing was seen to change has no mutations.
        unreadable: files that are not valid Python.
    """

    states: tuple[GlobalState, ...]
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True)
class _Source:
    module: str
    file: str
    tree: ast.Module
    lines: Sequence[str]
    is_package: bool


def find_globals(root: str | os.PathLike[str], *, packages: Iterable[str] = ()) -> GlobalsReport:
    """Return the module-level mutable state of the Python files below a directory.

    Args:
        root: the project's directory; a ``src`` folder in it is a root of modules too.
        packages: look into these only; an unknown one is an error.
    """
    folder = Path(root)
    sources, unreadable = _read(folder)
    wanted = tuple(packages)
    for package in wanted:
        if not any(_is_below(source.module, package) for source in sources):
            raise package_not_found(package)
    chosen = [s for s in sources if not wanted or any(_is_below(s.module, p) for p in wanted)]
    states = {(one.module, one.name): one for source in chosen for one in _states_of(source)}
    _add_rebound(states, chosen)
    found: dict[Key, list[Mutation]] = {}
    for source in sources:
        for key, mutation in _Mutations(source, sources).find():
            found.setdefault(key, []).append(mutation)
    return GlobalsReport(_completed(states, found), tuple(unreadable))


def _completed(
    states: dict[Key, GlobalState], found: dict[Key, list[Mutation]]
) -> tuple[GlobalState, ...]:
    complete = [
        replace(
            one,
            mutations=tuple(dict.fromkeys(found.get(key, one.mutations))),
            advice=ADVICE[one.sort].format(name=one.name.rpartition(".")[2]),
        )
        for key, one in states.items()
    ]
    return tuple(sorted(complete, key=lambda one: (one.file, one.line, one.name)))


def _is_below(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _read(root: Path) -> tuple[list[_Source], list[Unreadable]]:
    sources: list[_Source] = []
    unreadable: list[Unreadable] = []
    for file in _python_files(root):
        shown = file.relative_to(root).as_posix()
        try:
            text = file.read_text(encoding="utf-8")
            tree = ast.parse(text)
        except (SyntaxError, ValueError, OSError) as error:
            unreadable.append(Unreadable(shown, f"{type(error).__name__}: {error}"))
            continue
        parts = _module_parts(root, file)
        is_package = file.name == "__init__.py"
        sources.append(_Source(".".join(parts), shown, tree, text.splitlines(), is_package))
    return sources, unreadable


def _python_files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED
            and not name.startswith(".")
            and not (Path(folder) / name / "pyvenv.cfg").exists()
        )
        yield from (Path(folder) / name for name in sorted(files) if name.endswith(".py"))


def _module_parts(root: Path, file: Path) -> list[str]:
    parts = list(file.relative_to(root).with_suffix("").parts)
    if parts[0] == "src" and len(parts) > 1:
        parts = parts[1:]
    return parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts


def _states_of(source: _Source) -> Iterator[GlobalState]:
    for node in _module_level(source.tree.body):
        if isinstance(node, ast.ClassDef):
            yield from _class_states(source, node)
        elif isinstance(node, FUNCTIONS):
            yield from _function_states(source, node, node.name)
        else:
            for name, value in _assigned(node):
                sort = _sort_of(value)
                if sort is not None and not name.startswith("__"):
                    yield GlobalState(source.module, name, sort, source.file, node.lineno)


def _module_level(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run at import, those in ``if``, ``try`` and ``with`` too."""
    for node in body:
        yield node
        for field in ("body", "orelse", "finalbody", "handlers"):
            inner = getattr(node, field, ())
            if isinstance(node, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
                for child in inner:
                    yield from _module_level(
                        child.body if isinstance(child, ast.ExceptHandler) else [child]
                    )


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        targets, value = node.targets, node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets, value = [node.target], node.value
    else:
        return
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id, value


def _sort_of(value: ast.expr) -> Sort | None:
    """Return the sort of state that an expression makes, or None if it makes none."""
    if isinstance(value, _DISPLAYS):
        return Sort.CONTAINER
    if not isinstance(value, ast.Call):
        return None
    name = _last_name(value.func)
    if name in _CONTAINERS:
        return Sort.CONTAINER
    if name in _CACHES or name.endswith("Cache"):
        return Sort.CACHE
    if name == "ContextVar":
        return Sort.CONTEXT
    if name == "count":
        return Sort.COUNTER
    # By convention: a call of a capitalised name makes an instance.
    is_class = name.lstrip("_")[:1].isupper() and name not in _IMMUTABLE and not name.isupper()
    return Sort.INSTANCE if is_class else None


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    if isinstance(node, ast.Subscript):
        return _last_name(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _class_states(source: _Source, node: ast.ClassDef) -> Iterator[GlobalState]:
    is_declaration = any(
        _last_name(base) in {"Enum", "IntEnum", "StrEnum", "TypedDict", "NamedTuple", "BaseModel"}
        for base in node.bases
    )
    for child in node.body:
        if isinstance(child, FUNCTIONS):
            yield from _function_states(source, child, f"{node.name}.{child.name}")
        elif not is_declaration:
            for name, value in _assigned(child):
                if _sort_of(value) in (Sort.CONTAINER, Sort.CACHE) and not name.startswith("__"):
                    path = f"{node.name}.{name}"
                    sort = Sort.CLASS_ATTRIBUTE
                    yield GlobalState(source.module, path, sort, source.file, child.lineno)


def _function_states(source: _Source, node: Function, name: str) -> Iterator[GlobalState]:
    if any(_last_name(decorator) in _CACHES for decorator in node.decorator_list):
        yield GlobalState(source.module, name, Sort.CACHE, source.file, node.lineno)
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for parameter, default in pairs:
        if default is not None and _sort_of(default) is Sort.CONTAINER:
            path, line = f"{name}({parameter.arg})", default.lineno
            yield GlobalState(source.module, path, Sort.DEFAULT, source.file, line)


def _add_rebound(states: dict[Key, GlobalState], sources: Sequence[_Source]) -> None:
    """Add the plain names that some function declares ``global``."""
    for source in sources:
        declared = {
            name
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Global)
            for name in node.names
        }
        for node in _module_level(source.tree.body):
            for name, _ in _assigned(node):
                key = (source.module, name)
                if name in declared and key not in states:
                    states[key] = GlobalState(*key, Sort.REBOUND, source.file, node.lineno)


class _Mutations:
    """Finds the lines in a source's functions that change globals, of any of the sources."""

    def __init__(self, source: _Source, sources: Sequence[_Source]) -> None:
        self._source = source
        self._modules = {one.module for one in sources}
        self._own = {name for node in _module_level(source.tree.body) for name in _bound(node)}
        self._imported: dict[str, tuple[str, ...]] = {}
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                self._add_import(node)
            elif isinstance(node, ast.ImportFrom):
                self._add_import_from(node)

    def _add_import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            path = alias.name if alias.asname else name
            self._imported[name] = tuple(path.split("."))

    def _add_import_from(self, node: ast.ImportFrom) -> None:
        package = self._source.module.split(".")
        up = node.level - (1 if self._source.is_package else 0)
        base = package[: len(package) - up] if node.level else []
        path = [*base, *(node.module.split(".") if node.module else [])]
        for alias in node.names:
            self._imported[alias.asname or alias.name] = (*path, alias.name)

    def find(self) -> Iterator[tuple[Key, Mutation]]:
        """Yield each global that is changed, with the line."""
        for function, name in _functions(self._source.tree, ""):
            local, declared = _local_names(function)
            for node in _own_nodes(function):
                for target in _changed(node, declared):
                    key = self._resolve(target, local)
                    if key is not None:
                        yield key, self._mutation(node, name)

    def _mutation(self, node: ast.AST, function: str) -> Mutation:
        line = getattr(node, "lineno", 1)
        return Mutation(self._source.file, line, function, self._source.lines[line - 1].strip())

    def _resolve(self, parts: tuple[str, ...], local: set[str]) -> Key | None:
        """Return the global that a dotted expression leads to, or None if it is none of ours."""
        first = parts[0]
        if first in local:
            return None
        if first in self._imported:
            full = (*self._imported[first], *parts[1:])
        elif first in self._own:
            full = (*self._source.module.split("."), *parts)
        else:
            return None
        for end in range(len(full) - 1, 0, -1):
            module = ".".join(full[:end])
            if module in self._modules:
                # `Class.attribute` is a key of its own; so the longest match is tried first.
                owner = full[end]
                is_class = owner[:1].isupper() and len(full) > end + 1 and not owner.isupper()
                return module, f"{owner}.{full[end + 1]}" if is_class else owner
        return None


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.ClassDef, *FUNCTIONS)):
        yield node.name
    yield from (name for name, _ in _assigned(node))


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[Function, str]]:
    for child in ast.iter_child_nodes(node):
        name = getattr(child, "name", "")
        path = f"{prefix}.{name}".strip(".") if isinstance(name, str) else prefix
        if isinstance(child, FUNCTIONS):
            yield child, path
        is_named = isinstance(child, (ast.ClassDef, *FUNCTIONS))
        yield from _functions(child, path if is_named else prefix)


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    """Yield the nodes of a function without those of the functions in it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(node))


def _local_names(function: Function) -> tuple[set[str], set[str]]:
    """Return the names that are local to a function, and those that it declares global."""
    arguments = [n.arg for n in ast.walk(function.args) if isinstance(n, ast.arg)]
    stored: set[str] = set(arguments)
    declared: set[str] = set()
    for node in _own_nodes(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            stored.add(node.id)
        elif isinstance(node, ast.Global):
            declared.update(node.names)
    return stored - declared, declared


def _changed(node: ast.AST, declared: set[str]) -> Iterator[tuple[str, ...]]:
    """Yield what a statement or call changes, as the parts of a dotted expression."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in _MUTATORS:
            yield from _parts(node.func.value)
    elif isinstance(node, ast.Call) and _last_name(node.func) == "next" and node.args:
        yield from _parts(node.args[0])
    elif isinstance(node, (ast.Subscript, ast.Attribute)):
        if isinstance(node.ctx, (ast.Store, ast.Del)):
            yield from _parts(node.value if isinstance(node, ast.Subscript) else node)
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield from [(node.id,)] if node.id in declared else []


def _parts(node: ast.expr) -> Iterator[tuple[str, ...]]:
    names: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript):
            names.clear()  # what comes after an index belongs to an entry of the container
            node = node.value
        else:
            return
    yield (node.id, *reversed(names))


def render_text(report: GlobalsReport, *, everything: bool = False) -> str:
    """Return a report to read; state that nothing was seen to change only on request."""
    shown = [one for one in report.states if one.mutations or everything]
    blocks = [_block(one) for one in shown]
    quiet = len(report.states) - len(shown)
    files = len({one.file for one in shown})
    total = f"{len(shown)} globals that functions change, in {files} files"
    if quiet:
        total += f"; {quiet} more that nothing was seen to change"
    problems = [f"could not read {one.file}: {one.reason}" for one in report.unreadable]
    return "\n".join([*blocks, *problems, total]) + "\n"


def _block(one: GlobalState) -> str:
    lines = [f"{one.file}:{one.line}: {one.path} ({one.sort})"]
    lines += [f"    changed at {m.file}:{m.line} in {m.function}: {m.code}" for m in one.mutations]
    lines.append(f"    instead: {one.advice}")
    return "\n".join(lines)


def render_json(report: GlobalsReport) -> str:
    """Return the whole report as JSON."""
    return json.dumps(asdict(report), indent=2) + "\n"
