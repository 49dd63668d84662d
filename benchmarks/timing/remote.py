"""A worker in another process, perhaps of another Python, which times itself: see `timing.worker`."""

import json
import subprocess
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

from timing.rounds import keep_to

__all__ = ["Remote"]

_WORKER = Path(__file__).with_name("worker.py")


class Remote(AbstractContextManager["Remote"]):
    """A process that serves one library until it is left."""

    def __init__(self, python: str, library: str, core: int | None = None) -> None:
        """Start it, on a core of its own if one is named; raises `ModuleNotFoundError` if it lacks the library."""
        command = [python, str(_WORKER), library]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        if core is not None:
            keep_to({core}, self._process.pid)
        try:
            self.version: str = self._answer()["version"]
        except RuntimeError as error:
            if "ModuleNotFoundError" in str(error) or "PackageNotFoundError" in str(error):
                raise ModuleNotFoundError(f"{python} has no {library}", name=library) from error
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def keep(self, texts: Sequence[str]) -> None:
        """Hand over what is to be judged."""
        self._ask({"texts": list(texts)})

    def each(self) -> list[float]:
        """Judge one text after the other: microseconds of each call."""
        return list(self._ask({"do": "each"}))

    def batch(self, times: int = 1) -> float:
        """Judge all of them so many times: seconds."""
        started, ended = self._ask({"do": "batch", "times": times})
        return float(ended - started)

    def memory(self) -> dict[str, int]:
        """Say what the process holds, in kB."""
        return dict(self._ask({"do": "memory"}))

    def begin_batch(self, times: int = 1) -> None:
        """Let it judge all texts so many times, without waiting for it."""
        self._send({"do": "batch", "times": times})

    def end_batch(self) -> tuple[float, float]:
        """Wait for what `begin_batch` began: when it began and when it ended."""
        started, ended = self._answer()
        return started, ended

    def _ask(self, request: dict[str, Any]) -> Any:
        self._send(request)
        return self._answer()

    def _send(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def _answer(self) -> Any:
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        line = self._process.stdout.readline()
        if not line:
            _, said = self._process.communicate()
            raise RuntimeError(f"the worker ended: {said}")
        return json.loads(line)
