"""Put one object in the place of another, wherever that is held."""

from __future__ import annotations

import gc
import types
from typing import Any

from freshdb.state.graph.namespaces import class_dict


def put_in_place_of(old: Any, new: Any) -> None:
    """Let dicts, lists, attributes and cells that hold one object hold another one.

    What holds it otherwise, a tuple or a frame that runs, keeps the old one.
    """
    gc.unfreeze()  # what is frozen is not found
    # No comprehension here: it would hold the object in a cell, which would be found as well.
    for holder in gc.get_referrers(old):
        if type(holder) is dict:
            _replace_in_dict(holder, old, new)
        elif type(holder) is list:
            _replace_in_list(holder, old, new)
        elif type(holder) is types.CellType:
            holder.cell_contents = new
        else:
            _replace_attributes(holder, old, new)


def _replace_in_list(holder: list[Any], old: Any, new: Any) -> None:
    holder[:] = [new if one is old else one for one in holder]


def _replace_in_dict(holder: dict[Any, Any], old: Any, new: Any) -> None:
    names = [name for name, value in holder.items() if value is old]
    owner = next((one for one in gc.get_referrers(holder) if _is_dict_of(holder, one)), None)
    for name in names:
        if owner is None:
            holder[name] = new
        else:
            type.__setattr__(owner, name, new)  # a class remembers what was found in it


def _is_dict_of(holder: dict[Any, Any], owner: Any) -> bool:
    return isinstance(owner, type) and class_dict(owner) is holder


def _replace_attributes(holder: Any, old: Any, new: Any) -> None:
    """Replace what an instance holds in slots, or beside a dict that was not made yet."""
    for name in dir(type(holder)) if not hasattr(holder, "__dict__") else [*vars(holder)]:
        try:
            if object.__getattribute__(holder, name) is old:
                object.__setattr__(holder, name, new)
        except (AttributeError, TypeError):  # a property, a method
            continue
