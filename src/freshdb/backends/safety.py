"""Whether a server may be used at all, by its name alone: nothing is asked of it before."""

from __future__ import annotations

import ipaddress
import re

PRODUCTION_WORDS = frozenset({"prod", "production", "prd", "live"})


def is_local(host: str) -> bool:
    """Tell whether a host is this machine, by its name or address alone."""
    if host.startswith("/") or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def production_word(*names: str) -> str | None:
    """Return the word that makes a name look like production: a whole word, never part of one."""
    for name in names:
        spread = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
        for word in re.split(r"[^A-Za-z0-9]+", spread):
            if word.lower().rstrip("0123456789") in PRODUCTION_WORDS:
                return word
    return None


def reason_against(host: str, database: str, allowed_hosts: tuple[str, ...]) -> str | None:
    """Return why a server must not be used; None where it may be."""
    if not is_local(host) and host not in allowed_hosts:
        return f"its host `{host}` is not this machine"
    word = production_word(host, database)
    if word is not None:
        return f"`{word}` in its name looks like production"
    return None


def is_of_another_product(url: str, *own: str) -> bool:
    """Tell whether the setting `server` names a server of another product than one's own.

    An application may have databases on two products, and the setting is about one of them.
    """
    product = url.partition("://")[0].partition("+")[0]
    return product in ("postgresql", "mysql", "mariadb") and product not in own
