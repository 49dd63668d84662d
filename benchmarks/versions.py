"""Which versions a benchmark ran with."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

import modspam

__all__ = ["versions"]


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Say the versions of Python, of modspam and of these packages."""
    found = {"python": python_version(), "modspam": modspam.__version__}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
