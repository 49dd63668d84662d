"""``modspam serve`` as a process of its own on a free port, with its store and models in one folder."""

import subprocess
import sys
from pathlib import Path
from typing import Self

from ports import free_port
from servers import serving

from modspam.corpora import Example
from modspam.store import Site, Store

__all__ = ["Served"]


class Served:
    """The server, with its options; it can be stopped and started again, and keeps its port and its store."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.options = options
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.store = Store.open(str(folder / "store.sqlite3"))
        (folder / "models").mkdir()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.store.close()

    def start(self) -> None:
        """Start it, and come back when it listens."""
        self._running = serving(self.folder, *self.options, port=self.port)
        self._server = self._running.__enter__()

    def stop(self) -> None:
        """Stop it as a service manager does; fails if it does not go by itself."""
        try:
            assert self._server.stop() == 0
        finally:
            self._running.__exit__(None, None, None)

    def key(self, address: str) -> str:
        """Make a key for a site; from the first one on the server asks for keys."""
        return self.store.create_key(address)

    def retrain(self) -> None:
        """Retrain the sites' models, as a timer does at night."""
        command = [sys.executable, "-m", "modspam", "train", "--from-store", self.store.name, "--models", "models"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def events(self, event: str) -> list[dict[str, object]]:
        """What it has logged of one kind."""
        return self._server.events(event)

    def site(self, address: str) -> Site:
        """Give the site at an address."""
        return self.store.site(address)

    def labels(self, address: str) -> list[tuple[str, bool]]:
        """Say what has been learnt for a site: each text, and whether it is spam."""
        examples: list[Example] = self.store.examples(self.store.site(address))
        return [(example.comment.text, example.spam) for example in examples]
