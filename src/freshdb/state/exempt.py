"""What must not be restored, each entry with its reason.

Restoring means to put an old value back. For the state below that would break something that
works, or undo what Python and its libraries do once, lazily, on behalf of everyone.
"""

from __future__ import annotations

import re
import sys
import types
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Exemption:
    """One entry of the table.

    Attributes:
        where: ``module``, ``class`` and ``attribute`` (of an instance or function) exempt
            attributes of that name; ``mapping`` exempts attributes of a class by the class of their
            value; ``type`` keeps instances of that class by reference; ``lazy``
            lets an instance stay that was made where there was none; ``foreign`` leaves a module
            out, ``thorough`` does even from a thorough watch; ``import`` lets a module stay that
            was put in ``sys.modules`` by hand.
        pattern: a regular expression for the whole name.
        reason: why it is left alone.
    """

    where: str
    pattern: str
    reason: str


EXEMPTIONS: tuple[Exemption, ...] = (
    Exemption("module", r"__(?!all__|version__|getattr__|dir__)\w+__", "set by the import system"),
    Exemption("module", r"@py\w+|@pytest_ar", "pytest's assertion rewriting puts them there"),
    Exemption("module", r"pytest_plugins|pytestmark", "pytest reads them while it collects"),
    Exemption(
        "class",
        r"__(annotations|annotations_cache|annotate|annotate_func|doc|module|qualname|dict"
        r"|weakref|slots|signature|match_args|abstractmethods|parameters|orig_bases"
        r"|static_attributes|firstlineno|hash|init_subclass|subclasshook|class_getitem)__",
        "made once by Python when the class is built or first looked at",
    ),
    Exemption("class", r"_abc_\w+", "caches of `isinstance`, which are only ever completed"),
    Exemption(
        "class",
        r"__pydantic_\w+__|model_(fields|computed_fields)|__class_vars__|__private_attributes__",
        "pydantic completes a model's schema at its first use",
    ),
    Exemption(
        "class",
        r"_sa_\w+|__mapper__|__table__|__tablename__|__sqlmodel_\w+__",
        "SQLAlchemy's mapping: configured once, and other mappers refer to it",
    ),
    Exemption(
        "mapping",
        r"sqlalchemy\.orm\.attributes\.QueryableAttribute",
        "a mapper adds it, for a backref when mappers are first configured, and takes it away",
    ),
    Exemption(
        "mapping",
        r"sqlalchemy\.(orm\.decl_api\.registry|sql\.schema\.MetaData)",
        "the books of all mapped classes, which a base class is given",
    ),
    Exemption(
        "class", r"_generated_\w+", "SQLAlchemy's notes about a class of expressions, made once"
    ),
    Exemption(
        "class", r"_original_params", "factory_boy notes what a factory was last called with"
    ),
    Exemption(
        "class",
        r"_unbound_fields|_wtforms_meta",
        "WTForms looks a form's fields up when the first form is made",
    ),
    Exemption(
        "class",
        r"__(protocol_attrs|non_callable_proto_members|callable_proto_members_only)__",
        "`typing` looks a protocol's members up at the first `isinstance`",
    ),
    Exemption(
        "class",
        r"_\w+_map_|_member_\w+_|_inverted_|_hashable_values_|_unhashable_values_\w*",
        "enum registers combined flags when they are first made",
    ),
    Exemption(
        "class",
        r"__(tracebackhide|test|pytest_wrapped)__|pytestmark|_pytestfixturefunction|is_classmethod",
        "pytest's own marks",
    ),
    Exemption("class", r"__slotnames__", "a cache of `copy` and `pickle`, which is never changed"),
    Exemption(
        "class",
        r"_classSetupFailed|_class_cleanups|tearDown_exceptions",
        "`unittest` keeps its books about a class of tests in it",
    ),
    Exemption(
        "attribute", r"_hypothesis_internal_\w+", "Hypothesis notes on a test what it last tried"
    ),
    Exemption(
        "type", r"sqlalchemy\..*", "engines, pools, registries and mappers keep their own books"
    ),
    Exemption("type", r"threading\.Thread|_thread\..*|threading\.(?!local).*", "a lock or thread"),
    Exemption("type", r"asyncio\..*|_asyncio\..*|uvloop\..*|anyio\..*|trio\..*", "tied to a loop"),
    Exemption("type", r"socket\..*|_socket\..*|ssl\..*|select\..*|selectors\..*", "holds a socket"),
    Exemption("type", r"logging\..*", "the probe `logging` looks after it"),
    Exemption("type", r"_?io\..*|tempfile\..*|subprocess\..*|multiprocessing\..*", "holds a file"),
    Exemption("type", r"os\._Environ", "the probe `environment` looks after it"),
    Exemption("type", r"enum\..*", "its members are what the whole program compares with"),
    Exemption("type", r"unittest\.mock\..*", "a mock that was put somewhere is undone there"),
    Exemption(
        "type", r"(_?pytest|pluggy|freshdb|xdist|coverage|hypothesis)(\..*)?", "the test tools"
    ),
    Exemption("type", r"httpx\..*|httpcore\..*|aiohttp\..*|redis\..*", "holds connections"),
    Exemption("type", r"cachetools\..*_Timer", "a clock: it only goes on"),
    Exemption("type", r"importlib\..*|_frozen_importlib.*|zipimport\..*", "the import system"),
    Exemption(
        "lazy",
        r"sqlalchemy\.(engine\.base\.Engine|ext\.asyncio\.engine\.AsyncEngine)",
        "an engine that is made at its first use; each test gets its own connections of it",
    ),
    Exemption(
        "lazy",
        r"sqlalchemy\.(orm\.(session\.sessionmaker|scoping\.scoped_session)"
        r"|ext\.asyncio\.(session\.async_sessionmaker|scoping\.async_scoped_session))",
        "a factory of sessions keeps none of them",
    ),
    Exemption("lazy", r"re\.Pattern|_?struct\.Struct|zoneinfo\.ZoneInfo", "it never changes"),
    Exemption("lazy", r"builtins\.module", "an import that was put off"),
    Exemption("lazy", r"logging\.Logger", "one object by name for the life of the process"),
    Exemption("lazy", r"_thread\.(lock|RLock)", "nobody holds it at the end of a test"),
    Exemption(
        "lazy",
        r"concurrent\.futures\.(thread\.ThreadPoolExecutor|process\.ProcessPoolExecutor)",
        "to drop a pool would leave its workers behind",
    ),
    Exemption(
        "import",
        r"_cython_\w+|cython_runtime|six\.moves.*|\w+\.six\.moves.*|gi\.repository.*"
        r"|_openssl(\.lib)?",
        "put there by compiled code and compatibility layers, for the life of the process",
    ),
    Exemption("foreign", r"__main__|__mp_main__", "the script that started this process"),
    Exemption(
        "foreign", r"(_?pytest|pluggy|freshdb|xdist|execnet|py|iniconfig)(\..*)?", "test tools"
    ),
    Exemption(
        "foreign", r"(coverage|pydevd|debugpy|_pydev\w+|pdb|hypothesis)(\..*)?", "test tools"
    ),
    Exemption(
        "foreign", r"sys|warnings|_warnings|linecache|tracemalloc", "a probe of its own, or a cache"
    ),
    Exemption("foreign", r"(importlib|_frozen_importlib|encodings)(\..*)?", "the import system"),
    Exemption(
        "thorough",
        r"(threading|_?thread|_?weakref\w*|gc|_?abc|_?collections\w*|typing|copyreg|enum|functools"
        r"|contextlib|inspect|ast|dis|opcode|re|sre_\w+|_?io|codecs|reprlib|heapq|operator|types"
        r"|asyncio|concurrent|_?socket|_?ssl|selectors|select|logging|zipimport|pkgutil|site|token"
        r"|tokenize|traceback|builtins|_\w+|keyword|posix\w*|genericpath|stat|errno|marshal"
        r"|numpy|pandas|scipy|torch|mypy|setuptools|pkg_resources|distutils|zope\.interface"
        r"|pytest_\w+|random|secrets|greenlet)(\..*)?",
        "the interpreter's own, or so large that to look through it takes too long",
    ),
)


def exempt_name(where: str, name: Any) -> bool:
    """Tell whether attributes of this name are left alone in modules or in classes."""
    return type(name) is str and _matches(where, name)


@cache
def _matches(where: str, name: str) -> bool:
    matcher = _matcher(where)
    return matcher.fullmatch(name) is not None


@cache
def _matcher(where: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{e.pattern})" for e in EXEMPTIONS if e.where == where))


def exempt_mapping(value: Any) -> bool:
    """Tell whether an attribute of a class was put there by the mapper of that class."""
    if type(value) is types.FunctionType:
        return "_sa_original_init" in value.__dict__
    bases = type.__dict__["__mro__"].__get__(type(value))
    return any(_matches("mapping", f"{base.__module__}.{base.__qualname__}") for base in bases)


def exempt_type(kind: type) -> bool:
    """Tell whether instances of a class are kept by reference because of the table."""
    return _matches("type", f"{kind.__module__}.{kind.__qualname__}")


def exempt_types(kind: type) -> bool:
    """Tell whether a class or one that it derives from is kept by reference."""
    return any(map(exempt_type, type.__dict__["__mro__"].__get__(kind)))


def exempt_lazy(kind: type) -> bool:
    """Tell whether an instance of a class may stay that was made at its first use."""
    return _matches("lazy", f"{kind.__module__}.{kind.__qualname__}")


def exempt_import(module_name: str) -> bool:
    """Tell whether a module that no finder found is none the less no fake."""
    return _matches("import", module_name)


def exempt_foreign(module_name: str) -> bool:
    """Tell whether a third-party or standard module is left out of the watch for patches."""
    return _matches("foreign", module_name)


def exempt_thorough(module_name: str) -> bool:
    """Tell whether a module is left out even where everything that is loaded is watched."""
    return _matches("thorough", module_name)


def bound_by_import(module_name: str, name: Any, value: Any) -> bool:
    """Tell whether an attribute is a submodule, which the import system binds to its parent."""
    if type(value) is not types.ModuleType or type(name) is not str:
        return False
    return sys.modules.get(f"{module_name}.{name}") is value


def is_of_test_tools(value: Any) -> bool:
    """Tell whether a function belongs to pytest, a plugin of it, or to freshdb.

    They listen, patch and handle signals as they need to. What a function wraps may have given it
    another name and module; its globals tell where it was written.
    """
    function = getattr(value, "__func__", value)
    if type(function) is not types.FunctionType:
        return False
    return _TEST_TOOLS.match(str(function.__globals__.get("__name__", ""))) is not None


_TEST_TOOLS = re.compile(r"(_pytest|pytest_\w+|freshdb|xdist|anyio\.pytest_plugin)(\.|$)")
