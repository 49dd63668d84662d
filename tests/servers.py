"""Servers to test: the real one, as a process of its own, asked over loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import PROJECT
from ports import free_port, wait_for

from modspam.store import Store

PATIENCE = 60  # seconds, so that a fault fails instead of hanging
BLOG = "https://blog.example.org"
SPAM = "Hi #WEBSITE# owner! I noticed Google is showing a unsafe website warning to your potential customers online."
HAM = "Thank you, the second diagram made it click."


class Server:
    """A running ``modspam serve``."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.store = folder / "store.sqlite3"
        self.models = folder / "models"
        self.log = folder / "log"

    def lines(self) -> list[dict[str, object]]:
        """What it has logged so far."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def events(self, event: str) -> list[dict[str, object]]:
        """What it has logged of one kind."""
        return [line for line in self.lines() if line["event"] == event]

    def line_of(self, guid: str, route: str) -> dict[str, object]:
        """The line of a request about a check, once it is written: that is after the answer."""

        def found() -> list[dict[str, object]]:
            return [line for line in self.events("request") if (line.get("guid"), line["route"]) == (guid, route)]

        until(found)
        return found()[-1]

    def raw(self, data: bytes) -> bytes:
        """Send bytes as they are, and give all that comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(data)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def stop(self) -> int:
        """Ask it to end; gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(folder: Path, *options: str, port: int | None = None, **environment: str) -> Iterator[Server]:
    """Run a server with its store, models and log in a folder, until the block ends."""
    port = port or free_port()
    command = [
        sys.executable, "-W", "error", "-m", "modspam", "serve", "--port", str(port),
        "--store", str(folder / "store.sqlite3"), "--models", str(folder / "models"), *options,
    ]  # fmt: skip
    with (folder / "log").open("ab") as log:
        # What a test has sent it then looks for in the store, however slow the disk is.
        environment = {"PYTHONPATH": str(PROJECT), "MODSPAM_COMMIT_WAIT": "5"} | environment
        process = subprocess.Popen(command, stderr=log, env=os.environ | environment, cwd=folder)
    try:
        wait_for(port, process, PATIENCE, folder / "log")
        yield Server(process, port, folder)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)


@contextmanager
def two_sites(folder: Path) -> Iterator[tuple[Server, str, str]]:
    """Run a server with two keys, for two sites; gives the keys, too."""
    with Store.open(folder / "store.sqlite3") as store:
        keys = store.create_key(BLOG), store.create_key("https://other.example")
    with serving(folder) as server:
        yield server, *keys


def until(true: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until a function gives something true."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)
