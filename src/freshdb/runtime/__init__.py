"""The one place where the parts are put together: settings in, an isolated run out."""

from freshdb.runtime.endings import TestEnd
from freshdb.runtime.header import describe
from freshdb.runtime.run import FreshDB
from freshdb.runtime.tests import IsolatedTest

__all__ = ["FreshDB", "IsolatedTest", "TestEnd", "describe"]
