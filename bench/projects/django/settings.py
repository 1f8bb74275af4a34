"""Django's settings: the application, and SQLite in memory for its tests."""

from __future__ import annotations

SECRET_KEY = "nobody's"  # noqa: S105  # of no use to anybody
INSTALLED_APPS = ["shop"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.db"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
