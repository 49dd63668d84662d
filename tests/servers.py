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
def serving(folder: Path, *options: str, **environment: str) -> Iterator[Server]:
    """Run a server with its store, models and log in a folder, until the block ends."""
    port = free_port()
    command = [
        sys.executable, "-W", "error", "-m", "modspam", "serve", "--port", str(port),
        "--store", str(folder / "store.sqlite3"), "--models", str(folder / "models"), *options,
    ]  # fmt: skip
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command, stderr=log, env=os.environ | {"PYTHONPATH": str(PROJECT), **environment}, cwd=folder
        )
    try:
        wait_for(port, process)
        yield Server(process, port, folder)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(f"nobody listens on {port}")


def until(true: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until a function gives something true."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)
