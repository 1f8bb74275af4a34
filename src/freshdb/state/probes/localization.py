"""Locale and time zone."""

from __future__ import annotations

import locale
import time
from functools import partial
from typing import Any

from freshdb.state.probes.readings import Reading, ReadingsProbe

_read_locale = getattr(locale, "_setlocale", locale.setlocale)


class LocalizationProbe(ReadingsProbe):
    """Watches the C library's locale and time zone; ``TZ`` itself is put back by `environment`."""

    name = "localization"

    def readings(self) -> tuple[Reading, ...]:
        return (
            Reading("locale.setlocale(LC_ALL)", partial(_read_locale, locale.LC_ALL), _set_locale),
            Reading("time.tzname", _zone, _reset_zone),
        )


def _set_locale(text: str) -> None:
    locale.setlocale(locale.LC_ALL, text)


def _zone() -> Any:
    return time.tzname


def _reset_zone(names: Any) -> None:
    if hasattr(time, "tzset"):  # not on Windows
        time.tzset()
