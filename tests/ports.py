"""Free ports on loopback, and waiting until something listens there."""

import socket
import subprocess
import time
from pathlib import Path

__all__ = ["free_port", "wait_for"]


def free_port() -> int:
    """Find a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 30, log: Path | None = None) -> None:
    """Wait until somebody listens on a port; fails if the process ends before that, or after so long.

    What it has written to its ``log`` is told then.
    """
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    said = log.read_text(errors="replace") if log else ""
    raise AssertionError(f"nothing listens on port {port}: {process.args!r} (exit code {process.poll()})\n{said}")
