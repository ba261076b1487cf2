"""A browser, as the tests of pages have one."""

from tests.interfaces.web.conftest import browser

__all__ = ["browser"]
