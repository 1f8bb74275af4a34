"""Each kind of module state: polluted, named with its path, undone in place, then clean."""

from __future__ import annotations

import copy
import importlib
import io
import pickle
import sys
import textwrap
from typing import Any, NamedTuple

import pytest

from freshdb.state import Action


class Row(NamedTuple):
    """One kind of state: the module, how a test pollutes it, what tells that it is undone."""

    name: str
    source: str
    pollute: str
    path: str
    observe: str


ROWS = [
    Row("rebound global", "flag = False", "m.flag = True", "m.flag (False → True)", "m.flag"),
    Row("added global", "", "m.extra = 1", "m.extra (added)", "hasattr(m, 'extra')"),
    Row("deleted global", "limit = 5", "del m.limit", "m.limit (removed)", "m.limit"),
    Row(
        "equal but new dict",
        "cache = {}",
        "m.cache = {}",
        "m.cache (replaced by its equal)",
        "id(m.cache)",
    ),
    Row("dict added", "cache = {}", "m.cache['top'] = 1", "m.cache['top'] (added)", "m.cache"),
    Row(
        "dict value",
        "cache = {'a': 1}",
        "m.cache['a'] = True",
        "m.cache['a'] (1 → True)",
        "m.cache",
    ),
    Row("dict removed", "c = {'a': 1, 'b': 2}", "del m.c['a']", "m.c['a'] (removed)", "list(m.c)"),
    Row(
        "dict key renamed, same value",
        "c = {'a': None}",
        "m.c['b'] = m.c.pop('a')",
        "m.c['b'] (added)",
        "m.c",
    ),
    Row(
        "dict order",
        "c = {'a': 1, 'b': 2}",
        "m.c['a'] = m.c.pop('a')",
        "m.c (reordered)",
        "list(m.c)",
    ),
    Row("list", "items = [1]", "m.items.append(2)", "m.items[1] (added)", "m.items"),
    Row("list value", "items = [1, 2]", "m.items[0] = 9", "m.items[0] (1 → 9)", "m.items"),
    Row("set", "seen = {'a'}", "m.seen.add('b')", "m.seen{'b'} (added)", "m.seen"),
    Row(
        "deque",
        "from collections import deque\nlog = deque([1], maxlen=2)",
        "m.log.extend([2, 3])",
        "m.log[0] (1 → 2)",
        "(m.log, m.log.maxlen)",
    ),
    Row(
        "OrderedDict",
        "from collections import OrderedDict\nlru = OrderedDict(a=1, b=2)",
        "m.lru.move_to_end('a')",
        "m.lru (reordered)",
        "list(m.lru)",
    ),
    Row(
        "defaultdict read",
        "from collections import defaultdict\nd = defaultdict(list)",
        "m.d['x']",
        "m.d['x'] (added)",
        "(dict(m.d), m.d.default_factory)",
    ),
    Row(
        "defaultdict factory",
        "from collections import defaultdict\nd = defaultdict(list)",
        "m.d.default_factory = None",
        "m.d.default_factory (<class list> → None)",
        "m.d.default_factory",
    ),
    Row(
        "Counter",
        "from collections import Counter\nhits = Counter(a=1)",
        "m.hits['a'] += 1",
        "m.hits['a'] (1 → 2)",
        "m.hits",
    ),
    Row("bytearray", "b = bytearray(b'ab')", "m.b[0] = 0", "m.b (", "m.b"),
    Row("array", "from array import array\na = array('i', [1])", "m.a.append(2)", "m.a (", "m.a"),
    Row(
        "ContextVar",
        "from contextvars import ContextVar\nuser = ContextVar('user')\nuser.set('a')",
        "m.user.set('eve')",
        "m.user ('a' → 'eve')",
        "m.user.get()",
    ),
    Row(
        "WeakValueDictionary",
        "import weakref\nclass K: pass\nk = K()\nw = weakref.WeakValueDictionary()",
        "m.w['k'] = m.k",
        "m.w['k'] (added)",
        "dict(m.w)",
    ),
    Row(
        "WeakKeyDictionary",
        "import weakref\nclass K: pass\nk = K()\nw = weakref.WeakKeyDictionary()",
        "m.w[m.k] = 1",
        "m.w[<K>] (added)",
        "dict(m.w)",
    ),
    Row(
        "WeakSet",
        "import weakref\nclass K: pass\nk = K()\nw = weakref.WeakSet()",
        "m.w.add(m.k)",
        "m.w{<K>} (added)",
        "set(m.w)",
    ),
    Row(
        "cachetools TTLCache",
        "from cachetools import TTLCache\nc = TTLCache(9, 60)\nc['a'] = 1",
        "m.c['b'] = 2",
        "['b'] (added)",
        "(dict(m.c), m.c.currsize, len(m.c))",
    ),
    Row(
        "cachetools decorator",
        "from cachetools import cached\n@cached({})\ndef f(x): return [x]",
        "m.f(1)",
        "(added)",
        "len(m.f.cache)",
    ),
    Row(
        "nesting",
        "tree = {'a': [{'b': ({'c': set()},)}]}",
        "m.tree['a'][0]['b'][0]['c'].add(1)",
        "m.tree['a'][0]['b'][0]['c']{1} (added)",
        "m.tree",
    ),
    Row(
        "instance of a project class",
        "class Settings:\n  def __init__(self): self.debug = False\nsettings = Settings()",
        "m.settings.debug = True",
        "m.settings.debug (False → True)",
        "m.settings.debug",
    ),
    Row(
        "window inside a backend inside a limiter",
        """
        class Window:
            def __init__(self): self.hits = []
        class Backend:
            def __init__(self): self.windows = {'ip': Window()}
        class Limiter:
            def __init__(self): self.backend = Backend()
        limiter = Limiter()
        """,
        "m.limiter.backend.windows['ip'].hits.append(1)",
        "m.limiter.backend.windows['ip'].hits[0] (added)",
        "m.limiter.backend.windows['ip'].hits",
    ),
    Row(
        "slots",
        "class P:\n  __slots__ = ('x', 'y')\np = P(); p.x = 1",
        "del m.p.x; m.p.y = 1",
        "m.p.y (added)",
        "(m.p.x, hasattr(m.p, 'y'))",
    ),
    Row(
        "slot moved to another slot",
        "class P:\n  __slots__ = ('x', 'y')\np = P(); p.x = None",
        "m.p.y = m.p.x; del m.p.x",
        "m.p.x (removed)",
        "(m.p.x, hasattr(m.p, 'y'))",
    ),
    Row(
        "replaced class of an instance",
        "class A: pass\nclass B: pass\na = A()",
        "m.a.__class__ = m.B",
        "m.a.__class__ (",
        "type(m.a).__name__",
    ),
    Row(
        "replaced __dict__",
        "class A: pass\na = A(); a.x = 1",
        "m.a.__dict__ = {'x': 1}",
        "m.a.__dict__ (",
        "id(m.a.__dict__)",
    ),
    Row(
        "frozen dataclass",
        "from dataclasses import dataclass\n"
        "@dataclass(frozen=True)\nclass S:\n  tags: list\ns = S([])",
        "object.__setattr__(m.s, 'tags', [1])",
        "m.s.tags (",
        "m.s.tags",
    ),
    Row(
        "dataclass with slots",
        "from dataclasses import dataclass\n"
        "@dataclass(slots=True)\nclass S:\n  n: int = 0\ns = S()",
        "m.s.n = 4",
        "m.s.n (0 → 4)",
        "m.s.n",
    ),
    Row(
        "attrs",
        "import attrs\n@attrs.define\nclass S:\n  n: int = 0\ns = S()",
        "m.s.n = 4",
        "m.s.n (0 → 4)",
        "m.s.n",
    ),
    Row(
        "pydantic model",
        "from pydantic import BaseModel, PrivateAttr\n"
        "class S(BaseModel):\n  n: int = 0\n"
        "  _seen: list = PrivateAttr(default_factory=list)\ns = S()",
        "m.s.n = 4; m.s._seen.append(1)",
        "m.s.n (0 → 4)",
        "(m.s.n, m.s._seen, m.s.model_fields_set)",
    ),
    Row(
        "pydantic settings",
        "from pydantic_settings import BaseSettings\n"
        "class S(BaseSettings):\n  auth: bool = False\ns = S()",
        "m.s.auth = True",
        "m.s.auth (False → True)",
        "(m.s.auth, m.s.model_fields_set)",
    ),
    Row("class attribute", "class C:\n  n = 0", "m.C.n = 1", "m.C.n (0 → 1)", "m.C.n"),
    Row(
        "class container",
        "class C:\n  all = []",
        "m.C.all.append(1)",
        "m.C.all[0] (added)",
        "m.C.all",
    ),
    Row(
        "patched method",
        "class C:\n  def f(self): return 1",
        "m.C.f = lambda self: 2",
        "m.C.f (<function f> → <function <lambda>>)",
        "m.C().f()",
    ),
    Row(
        "patched static method",
        "class C:\n  @staticmethod\n  def f(): return 1",
        "m.C.f = lambda: 2",
        "m.C.f (",
        "(m.C.f(), type(m.C.__dict__['f']).__name__)",
    ),
    Row(
        "patched method of another's class, which the module has imported",
        "from http.client import HTTPConnection",
        "m.HTTPConnection.connect = lambda self: None",
        "http.client.HTTPConnection.connect (<function connect> → <function <lambda>>)",
        "m.HTTPConnection.connect",
    ),
    Row(
        "patched class method of another's class, whose module the module has imported",
        "import decimal, tarfile",
        "m.tarfile.TarFile.open = None",
        "tarfile.TarFile.open (",
        "m.tarfile.TarFile.__dict__['open']",
    ),
    Row(
        "functools.cache",
        "from functools import cache\n@cache\ndef f(x): return [x]\nfirst = f(1)",
        "m.f(2)",
        "m.f(2) (cached)",
        "(m.f.cache_info().currsize, m.f(1) is m.first)",
    ),
    Row(
        "functools.lru_cache",
        "from functools import lru_cache\n@lru_cache\ndef f(x): return [x]",
        "m.f(2)",
        "m.f(2) (cached)",
        "m.f.cache_info().currsize",
    ),
    Row(
        "functools.lru_cache that held a result before",
        """
        from functools import lru_cache
        @lru_cache
        def f(x): return [x]
        first = f(1)
        """,
        "m.f(2)",
        "m.f(2) (cached)",
        "(m.f.cache_info().currsize, m.f(1) is m.first)",
    ),
    Row(
        "state of a cached singleton",
        """
        from functools import lru_cache
        class S:
            debug = False
        @lru_cache
        def settings(): return S()
        settings().debug = False
        """,
        "m.settings().debug = True",
        "m.settings().debug (False → True)",
        "m.settings().debug",
    ),
    Row(
        "cached_property",
        "from functools import cached_property\n"
        "class C:\n  @cached_property\n  def p(self): return []\nc = C()",
        "m.c.p.append(1)",
        "m.c.p (cached)",
        "m.c.__dict__",
    ),
    Row(
        "lru_cache of a method",
        "from functools import lru_cache\nclass C:\n  @lru_cache\n  def f(self): return 1\nc = C()",
        "m.c.f()",
        "m.C.f(",
        "m.C.f.cache_info().currsize",
    ),
    Row(
        "variable of a closure",
        "def make():\n  n = 0\n  def step():\n    nonlocal n\n    n += 1\n"
        "    return n\n  return step\nstep = make()",
        "m.step()",
        "m.step (0 → 1)",
        "m.step.__closure__[0].cell_contents",
    ),
    Row(
        "mutable default", "def f(x=[]): x.append(1)", "m.f()", "m.f[0] (added)", "m.f.__defaults__"
    ),
    Row("attribute of a function", "def f(): pass\nf.n = 0", "m.f.n = 1", "m.f.n (0 → 1)", "m.f.n"),
    Row(
        "generator of random numbers",
        "import random\nrng = random.Random(3)",
        "m.rng.random()",
        "m.rng (",
        "m.rng.getstate()",
    ),
    Row(
        "thread local",
        "import threading\nlocal = threading.local()\nlocal.user = None",
        "m.local.user = 'eve'",
        "m.local.user (None → 'eve')",
        "m.local.user",
    ),
    Row(
        "dict subclass with attributes",
        "class D(dict): pass\nd = D(a=1); d.note = ''",
        "m.d['b'] = 2; m.d.note = 'x'",
        "m.d['b'] (added)",
        "(dict(m.d), m.d.note)",
    ),
    Row(
        "FastAPI overrides",
        "from fastapi import FastAPI\napp = FastAPI()\ndef dep(): pass",
        "m.app.dependency_overrides[m.dep] = lambda: 1",
        "m.app.dependency_overrides[<function dep>] (added)",
        "m.app.dependency_overrides",
    ),
    Row(
        "FastAPI overrides replaced",
        "from fastapi import FastAPI\napp = FastAPI()",
        "m.app.dependency_overrides = {1: 2}",
        "m.app.dependency_overrides (",
        "m.app.dependency_overrides",
    ),
    Row(
        "Starlette state",
        "from fastapi import FastAPI\napp = FastAPI()\napp.state.users = []",
        "m.app.state.db = 1; m.app.state.users.append(1)",
        "m.app.state._state['db'] (added)",
        "(m.app.state._state, m.app.state.users)",
    ),
    Row(
        "secret",
        "class S:\n  pass\ns = S(); s.api_token = 'abc'",
        "m.s.api_token = 'xyz'",
        "m.s.api_token (*** → ***)",
        "m.s.api_token",
    ),
    Row(
        "rebound lock",
        "import threading\nlock = threading.Lock()",
        "import threading; m.lock = threading.Lock()",
        "m.lock (<lock> → <lock>)",
        "id(m.lock)",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_module_state_is_named_and_undone(row: Row, project: Any, keep: Any) -> None:
    module = project.load("m", row.source)
    before = repr(eval(row.observe, {"m": module}))
    keeper = keep()
    assert keeper.check() == ()

    exec(row.pollute, {"m": module})

    found = [str(change).replace(project.name + ".", "") for change in keeper.check()]
    assert any(row.path in text for text in found), found
    undone = keeper.restore()
    assert repr(eval(row.observe, {"m": module})) == before
    assert {change.action for change in undone} <= {Action.RESTORED, Action.CLEARED}
    assert keeper.check() == ()


def test_module_imported_in_a_test_is_clean_right_after_the_import(project: Any, keep: Any) -> None:
    keeper = keep()
    module = project.load("late", "cache = {'built': 1}")
    module.cache["x"] = 1

    assert [str(c) for c in keeper.restore()] == [f"{project.name}.late.cache['x'] (added)"]
    assert module.cache == {"built": 1}
    assert sys.modules[module.__name__] is module


@pytest.mark.freshdb(state="off")  # the watch of this run would take the patch in, too
def test_what_an_import_patches_elsewhere_is_kept(project: Any, keep: Any) -> None:
    """The module stays imported, and would not patch a second time."""
    client = project.load("client", "import textwrap\nfrom textwrap import TextWrapper")
    name = project.write(
        "patching",
        """
        from textwrap import TextWrapper

        TextWrapper.fill = lambda self, text: "patched"
        """,
    )
    original = client.TextWrapper.fill
    keeper = keep()
    try:
        importlib.import_module(name)
        keeper.restore()

        assert client.TextWrapper().fill("text") == "patched"
    finally:
        client.TextWrapper.fill = original


def test_the_mark_of_a_patch_goes_with_the_patch(project: Any, keep: Any) -> None:
    """Code that finds its mark does not patch again."""
    client = project.load("client", "import textwrap\nfrom textwrap import TextWrapper")
    keeper = keep()
    original = client.TextWrapper.fill
    client.TextWrapper._shop_original = original
    client.TextWrapper._shop_patched = True
    client.TextWrapper.fill = lambda self, text: "patched"

    keeper.restore()

    assert client.TextWrapper.fill is original
    assert not hasattr(client.TextWrapper, "_shop_patched")
    assert not hasattr(client.TextWrapper, "_shop_original")


def test_what_an_import_registers_elsewhere_is_kept(project: Any, keep: Any) -> None:
    registry = project.load("registry", "handlers = {}\nnames = []")
    keeper = keep()
    registry.handlers["by the test"] = 1
    source = f"from {project.name}.registry import handlers, names\n"
    source += "handlers['late'] = 1\nnames.append(1)"
    project.load("late", source)

    keeper.restore()

    assert registry.handlers == {"late": 1}
    assert registry.names == [1]
    assert keeper.check() == ()


def test_reloaded_module_has_its_old_classes_back(project: Any, keep: Any) -> None:
    module = project.load("m", "class C: pass\ncache = {}")
    old, cache = module.C, module.cache
    keeper = keep()
    importlib.reload(module)

    assert any(change.path == f"{project.name}.m.C" for change in keeper.restore())
    assert (module.C, module.cache) == (old, cache)
    assert module.cache is cache
    assert keeper.check() == ()


def test_removed_and_reimported_module_is_the_old_one_again(project: Any, keep: Any) -> None:
    module = project.load("m", "n = 1")
    keeper = keep()
    del sys.modules[module.__name__]
    again = importlib.import_module(module.__name__)

    changes = keeper.restore()

    assert again is not module
    assert sys.modules[module.__name__] is module
    assert sys.modules[project.name].m is module
    assert f"sys.modules['{module.__name__}']" in {change.path for change in changes}
    assert keeper.check() == ()


def test_a_module_that_puts_an_object_in_its_own_place_stays(project: Any, keep: Any) -> None:
    """`cryptography` and others do so; a second import would make their classes anew."""
    name = project.write(
        "m",
        """
        import sys


        class Stand:
            def __init__(self, module):
                self._module = module

            def __getattr__(self, name):
                return getattr(self._module, name)


        sys.modules[__name__] = Stand(sys.modules[__name__])
        """,
    )
    keeper = keep()
    stand = importlib.import_module(name)

    assert "sys.modules" not in str(keeper.restore())
    assert sys.modules[name] is stand


def test_what_was_changed_and_then_replaced_by_its_equal_is_no_leak(
    project: Any, keep: Any
) -> None:
    """A teardown that assigns an empty cache has cleaned up."""
    m = project.load("hub", "class Hub:\n    pages = {'top': []}\nhub = Hub()\nhub.seen = set()")
    pages, seen = m.Hub.pages, m.hub.seen
    keeper = keep()
    pages["top"].append("news")
    seen.add("news")

    m.Hub.pages = {"top": []}
    m.hub.seen = set()

    assert [change for change in keeper.restore() if change.is_leak] == []
    assert m.Hub.pages is pages
    assert pages == {"top": []}
    assert m.hub.seen is seen
    assert seen == set()


def test_what_was_replaced_and_is_held_elsewhere_is_told(project: Any, keep: Any) -> None:
    m = project.load("hub", "pages = {}")
    other = project.load("other", f"from {project.name}.hub import pages")
    keeper = keep()
    m.pages["top"] = 1

    m.pages = {}

    leaks = [str(change) for change in keeper.restore() if change.is_leak]
    assert leaks == [f"{project.name}.hub.pages['top'] (added)"]
    assert other.pages is m.pages
    assert other.pages == {}


def test_a_replaced_container_is_told_with_what_it_held_before(project: Any, keep: Any) -> None:
    m = project.load("hub", "pages = {'top': 1}")
    keeper = keep()
    m.pages["new"] = 2

    m.pages = {}

    assert f"{project.name}.hub.pages ({{'top': 1}} → {{}})" in map(str, keeper.restore())


def test_an_instance_that_is_given_what_its_class_says_anyhow_is_no_leak(
    project: Any, keep: Any
) -> None:
    """A teardown that assigns the defaults has cleaned up."""
    m = project.load(
        "config", "class Config:\n    debug = False\n    steps = ['a']\nconfig = Config()"
    )
    keeper = keep()
    m.config.debug = False
    m.config.steps = ["a"]

    assert [change for change in keeper.restore() if change.is_leak] == []
    assert vars(m.config) == {}

    m.config.debug = True
    m.config.steps = ["b"]

    assert len([change for change in keeper.restore() if change.is_leak]) == 2


def test_an_empty_container_that_a_thread_local_makes_at_first_use_is_no_leak(
    project: Any, keep: Any
) -> None:
    m = project.load("stack", "import threading\nlocal = threading.local()")
    keeper = keep()
    m.local.stack = []

    assert [change for change in keeper.restore() if change.is_leak] == []
    assert vars(m.local) == {}

    m.local.stack = ["a context"]

    assert [change.path for change in keeper.restore()] == [f"{project.name}.stack.local.stack"]


def test_a_note_about_a_stream_in_a_weak_dictionary_is_a_cached_result(
    project: Any, keep: Any
) -> None:
    m = project.load(
        "notes", "import weakref\nnotes = weakref.WeakKeyDictionary()\nclass User: pass"
    )
    keeper = keep()
    stream, user = io.StringIO(), m.User()
    m.notes[stream] = "utf-8"
    m.notes[user] = "ada"

    kinds = {change.is_leak: change.path for change in keeper.restore()}

    assert "StringIO" in kinds[False]
    assert "User" in kinds[True]
    assert not m.notes


def test_books_of_unittest_and_pickle_are_no_leaks(project: Any, keep: Any) -> None:
    m = project.load(
        "checks", "import unittest\nclass Check(unittest.TestCase): pass\nclass Box: pass"
    )
    keeper = keep()

    m.Check.doClassCleanups()
    copy.copy(m.Box())
    pickle.dumps(m.Box())

    assert keeper.restore() == ()


def test_aliases_and_cycles_are_kept(project: Any, keep: Any) -> None:
    source = textwrap.dedent("""
        shared = []
        a = {'s': shared}
        b = {'s': shared, 'a': a}
        a['b'] = b
    """)
    module = project.load("m", source)
    keeper = keep()
    module.shared.append(1)
    module.a["s"] = [2]
    module.b.clear()

    keeper.restore()

    assert module.a["s"] is module.b["s"] is module.shared
    assert module.a["b"] is module.b
    assert module.b["a"] is module.a
    assert module.shared == []


def test_an_lru_cache_goes_on_after_results_were_taken_out(project: Any, keep: Any) -> None:
    module = project.load(
        "m", "from functools import lru_cache\n@lru_cache(maxsize=4)\ndef f(x): return [x]\nf(0)"
    )
    keeper = keep()
    kept = module.f(0)

    for round_ in range(50):
        values = [module.f(number) for number in range(round_ % 9)]
        assert values == [[number] for number in range(round_ % 9)]
        keeper.restore()
        assert module.f.cache_info().currsize <= 1

    assert kept == [0]
    assert module.f(1) is module.f(1)


def test_an_engine_that_is_made_at_its_first_use_stays(project: Any, keep: Any) -> None:
    module = project.load(
        "m",
        """
        from functools import cache
        from sqlalchemy import create_engine
        engine = None
        count = 0
        def get_engine():
            global engine, count
            if engine is None:
                engine, count = create_engine("sqlite://"), count + 1
            return engine
        @cache
        def cached_engine():
            return create_engine("sqlite://")
        """,
    )
    keeper = keep()
    made, cached = module.get_engine(), module.cached_engine()

    assert [str(change) for change in keeper.restore()] == [f"{project.name}.m.count (0 → 1)"]
    assert module.get_engine() is made
    assert module.cached_engine() is cached


MODELS = """
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase): pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Post(Base):
        __tablename__ = "posts"
        id = mapped_column(ForeignKey("users.id"), primary_key=True)
        user = relationship(User, backref="posts")
"""


def test_a_backref_that_mappers_add_at_their_first_use_stays(project: Any, keep: Any) -> None:
    """Mappers are configured once in a process; what they add would not come again."""
    m = project.load("models", MODELS)
    keeper = keep()

    m.Base.registry.configure()

    assert keeper.restore() == ()
    assert m.User(posts=[m.Post()]).posts
    m.Base.registry.dispose()


def test_a_patched_attribute_of_a_mapped_class_is_put_back(project: Any, keep: Any) -> None:
    m = project.load("models", MODELS)
    mapped, init = m.User.id, m.User.__init__
    keeper = keep()

    m.User.id = 5
    type.__setattr__(m.User, "__init__", lambda self: None)

    assert len(keeper.restore()) == 2
    assert m.User.id is mapped
    assert m.User.__init__ is init
    m.Base.registry.dispose()


def test_a_class_that_was_mapped_in_a_test_stays_mapped(project: Any, keep: Any) -> None:
    m = project.load(
        "models",
        """
        from sqlalchemy import Column, Integer, Table
        from sqlalchemy.orm import registry

        class User: pass

        mappers = registry()
        users = Table("users", mappers.metadata, Column("id", Integer, primary_key=True))
        """,
    )
    keeper = keep()

    m.mappers.map_imperatively(m.User, m.users)

    assert keeper.restore() == ()
    user = m.User()
    user.id = 3
    assert m.User.id.key in user.__dict__
    m.mappers.dispose()
    keeper.restore()


def test_a_librarys_cache_is_its_own_business(project: Any, keep: Any) -> None:
    library = project.load("library", "from functools import cache\n@cache\ndef f(x): return [x]")
    m = project.load(
        "m",
        f"from functools import cache\nfrom {library.__name__} import f\n"
        "mine = cache(f.__wrapped__)",
    )
    keeper = keep(packages=(m.__name__,))
    kept = m.f(1)
    m.mine(1)

    assert [str(change) for change in keeper.restore()] == [f"{m.__name__}.mine(1) (cached)"]
    assert m.f(1) is kept
