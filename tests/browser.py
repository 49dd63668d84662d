"""A real browser for tests: Chromium, told what to do through two pipes (the DevTools protocol).

Leaves out everything but opening a page, asking it things and looking at it.
"""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["Browser", "browser_path", "opened"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)
# Chromium reads commands from its file 3 and answers in its file 4.
_LAUNCHER = "import os, sys; [os.dup2(int(sys.argv[n]), n + 2) for n in (1, 2)]; os.execv(sys.argv[3], sys.argv[3:])"


def browser_path() -> str | None:
    """Say where the browser is, if there is one."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


class Browser:
    """One tab; ``events`` are what it has told of its own accord, as ``(method, params)``."""

    def __init__(self, commands: BinaryIO, answers: BinaryIO) -> None:
        self._commands, self._answers = commands, answers
        self._read = b""
        self._session: str | None = None
        self._number = 0
        self.events: list[tuple[str, dict[str, Any]]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> Any:
        """Send a command and wait for its result."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        if self._session:
            command["sessionId"] = self._session
        self._commands.write(json.dumps(command).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append((answer.get("method", ""), answer.get("params", {})))

    def _next(self) -> Any:
        while b"\0" not in self._read:
            chunk = self._answers.read(1 << 16)
            if not chunk:
                raise EOFError("the browser has gone")
            self._read += chunk
        answer, _, self._read = self._read.partition(b"\0")
        return json.loads(answer)

    def show(self, page: Path, width: int = 1200, height: int = 900, scheme: str = "light") -> None:
        """Open a file in a window of this size, and wait until it has loaded."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        self.ask("Page.navigate", url=page.resolve().as_uri())
        while not any(method == "Page.loadEventFired" for method, _ in self.events):
            answer = self._next()
            self.events.append((answer.get("method", ""), answer.get("params", {})))

    def value(self, expression: str) -> Any:
        """Give what a JavaScript expression is in the page."""
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def picture(self, whole: bool = False) -> bytes:
        """Give a PNG of the window, or of the whole page."""
        return base64.b64decode(self.ask("Page.captureScreenshot", captureBeyondViewport=whole)["data"])


@contextmanager
def opened(profile: Path) -> Iterator[Browser]:
    """Start a browser with an empty profile, and end it."""
    path = browser_path()
    if path is None:
        raise FileNotFoundError("no browser")
    (commands_out, commands), (answers, answers_in) = os.pipe(), os.pipe()
    # Well above 3 and 4, so that none is overwritten while they are put there.
    given = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (commands_out, answers_in)]
    process = subprocess.Popen(
        [sys.executable, "-c", _LAUNCHER, *map(str, given), path, *_ARGUMENTS, f"--user-data-dir={profile}"],
        pass_fds=given,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for end in (commands_out, answers_in, *given):
        os.close(end)
    try:
        # When the pipes close, the browser ends: nobody can tell it anything any more.
        with os.fdopen(commands, "wb", buffering=0) as to_it, os.fdopen(answers, "rb", buffering=0) as from_it:
            yield Browser(to_it, from_it)
    finally:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
