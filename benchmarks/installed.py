"""What of the peers is installed, and in which version."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from importlib import import_module
from typing import Any

__all__ = ["MissingPeerError", "found_program", "imported", "program_versions"]


class MissingPeerError(Exception):
    """A peer is not installed; the message says what is missing."""


def imported(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise MissingPeerError(f"{error.name} is not installed") from error


def found_program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise MissingPeerError(f"{name} is not installed")
    return path


def program_versions(programs: Iterable[str]) -> dict[str, str]:
    """Ask each program for its version."""
    found = {}
    for program in programs:
        path = shutil.which(program)
        said = subprocess.run([path, "--version"], check=False, capture_output=True, text=True).stdout if path else ""
        number = re.search(r"version (\S+)", said)
        found[program] = number[1] if number else "not installed"
    return found
