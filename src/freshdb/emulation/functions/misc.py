"""UUIDs, locks, sleeping, and other things of their own."""

from __future__ import annotations

import os
import re
import time
import uuid as uuids
from itertools import count
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import characters, to_float, to_int
from freshdb.emulation.functions.context import Context
from freshdb.emulation.functions.spec import function
from freshdb.emulation.values import UInt

_short = count(int(time.time()) << 24)


@function("UUID", args=0, kind="text", deterministic=False)
def uuid() -> str:
    """Return a new UUID."""
    return str(uuids.uuid1())


@function("SYS_GUID", args=0, kind="text", deterministic=False, flavors=("mariadb",))
def sys_guid() -> str:
    """Return a new UUID of 32 upper case digits."""
    return uuids.uuid1().hex.upper()


@function("UUID_SHORT", args=0, kind="uint", deterministic=False)
def uuid_short() -> UInt:
    """Return a number that no other call returned."""
    return UInt(next(_short))


@function("RANDOM_BYTES", args=1, kind="bytes", deterministic=False)
def random_bytes(size: Any) -> bytes:
    """Return so many random bytes."""
    length = to_int(size)
    if not 1 <= length <= 1024:
        raise MySQLError(1690, "22003", "length value is out of range in 'random_bytes'")
    return os.urandom(length)


_UUID = re.compile(
    r"\{?([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})\}?", re.IGNORECASE
)


def _uuid_hex(value: Any) -> str | None:
    match = _UUID.fullmatch(characters(value))
    if match is None or match[1].count("-") not in (0, 4):
        return None
    return match[1].replace("-", "").lower()


@function("IS_UUID", args=1, kind="bool", flavors=("mysql8",))
def is_uuid(value: Any) -> bool:
    """Tell whether a text is a UUID."""
    return _uuid_hex(value) is not None


@function("UUID_TO_BIN", args=(1, 2), kind="bytes", flavors=("mysql8",))
def uuid_to_bin(value: Any, swap: Any = 0) -> bytes:
    """Return a UUID as 16 bytes, on demand with the time's parts in sortable order."""
    found = _uuid_hex(value)
    if found is None:
        text = f"Incorrect string value: '{characters(value)}' for function uuid_to_bin"
        raise MySQLError(1411, "HY000", text)
    packed = bytes.fromhex(found)
    return packed[6:8] + packed[4:6] + packed[:4] + packed[8:] if to_int(swap) else packed


@function("BIN_TO_UUID", args=(1, 2), kind="text", flavors=("mysql8",))
def bin_to_uuid(value: Any, swap: Any = 0) -> str:
    """Return 16 bytes as a UUID."""
    if not isinstance(value, bytes) or len(value) != 16:
        text = f"Incorrect string value: '{characters(value)}' for function bin_to_uuid"
        raise MySQLError(1411, "HY000", text)
    packed = value[4:8] + value[2:4] + value[:2] + value[8:] if to_int(swap) else value
    return str(uuids.UUID(bytes=packed))


@function("SLEEP", args=1, kind="int", strict=False, deterministic=False)
def sleep(seconds: Any) -> int:
    """Return 0 at once: tests do not wait for a server's clock."""
    if seconds is None or to_float(seconds) < 0:
        raise MySQLError(1210, "HY000", "Incorrect arguments to sleep.")
    return 0


@function("BENCHMARK", args=2, kind="int", strict=False, deterministic=False)
def benchmark(times: Any, value: Any) -> int | None:
    """Return 0; the expression was calculated once."""
    return 0 if times is not None and to_int(times) >= 0 else None


@function("GET_LOCK", args=(1, 2), kind="int", strict=False, context=True)
def get_lock(context: Context, name: Any, timeout: Any = None) -> int | None:
    """Take a lock of this connection and return 1."""
    if name is None:
        return None
    context.locks.add(_lock_name(name))
    return 1


@function("RELEASE_LOCK", args=1, kind="int", context=True)
def release_lock(context: Context, name: Any) -> int | None:
    """Release a lock: 1, or NULL when nobody has it."""
    key = _lock_name(name)
    if key not in context.locks:
        return None
    context.locks.discard(key)
    return 1


@function("RELEASE_ALL_LOCKS", args=0, kind="int", context=True)
def release_all_locks(context: Context) -> int:
    """Release all locks of this connection and return how many they were."""
    released = len(context.locks)
    context.locks.clear()
    return released


@function("IS_FREE_LOCK", args=1, kind="int", context=True)
def is_free_lock(context: Context, name: Any) -> int:
    """Return 1 when nobody has a lock."""
    return int(_lock_name(name) not in context.locks)


@function("IS_USED_LOCK", args=1, kind="int", context=True)
def is_used_lock(context: Context, name: Any) -> int | None:
    """Return the number of the connection that has a lock."""
    return context.connection_id if _lock_name(name) in context.locks else None


def _lock_name(name: Any) -> str:
    key = characters(name).lower()
    if not key or len(key) > 64:
        raise MySQLError(4163 if key else 3057, "42000", f"Incorrect user-level lock name '{key}'.")
    return key


@function("ANY_VALUE", args=1, kind="any", flavors=("mysql8",))
def any_value(value: Any) -> Any:
    """Return its argument."""
    return value


@function("NAME_CONST", args=2, kind="any", strict=False)
def name_const(name: Any, value: Any) -> Any:
    """Return the value; the rewriter gives the column its name."""
    return value
