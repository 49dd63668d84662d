"""A PostgreSQL server for the tests: on a folder and a port of its own, stopped and removed at the end."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

PATIENCE = 60  # seconds


class Server:
    """A running server; ``new_database`` gives the URL of an empty database."""

    def __init__(self, programs: Path, disk: Path | None = None) -> None:
        """Make one with its data on ``disk``, a folder, or else where temporary files go."""
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="modspam-postgresql-", dir=disk))
        # PostgreSQL refuses to be run by root.
        self._user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if (owner := _owner()) else {}
        if owner:
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._databases = 0
        arguments = ["-U", "modspam", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--wal-segsize=1"]
        subprocess.run(
            [programs / "initdb", "-D", self._folder / "data", *arguments],
            cwd=self._folder, check=True, capture_output=True, timeout=PATIENCE, **self._user,
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start it, or start it again, and wait until it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": 60,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._folder / "data", *options],
                cwd=self._folder, stdout=log, stderr=log, **self._user,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def revive(self) -> None:
        """Start it if it has ended by itself, as a service manager does."""
        if self._process.poll() is not None:
            self.start()

    def stop(self) -> None:
        """Stop it as an administrator does who does not wait for clients."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(PATIENCE)

    def remove(self) -> None:
        """Stop it and delete all that it had."""
        self.stop()
        shutil.rmtree(self._folder)

    def url(self, database: str) -> str:
        """Give the URL of a database."""
        return f"postgresql://modspam@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database, and give its URL."""
        self._databases += 1
        name = f"store{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)


def running_server(disk: Path | None = None) -> Server:
    """Start a server, with its data on this disk if one is given; skip the test where there is none to start."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version)
    folders = [folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()]
    if not folders:
        pytest.skip("no PostgreSQL: install the package postgresql")
    if os.geteuid() == 0 and _owner() is None:
        pytest.skip("PostgreSQL refuses to be run by root, and there is no other user to run it as")
    return Server(folders[-1], disk)


def _version(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0


def _owner() -> pwd.struct_passwd | None:
    """Say who is to run it; None for whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    return None
