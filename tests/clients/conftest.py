"""What the clients' tests share: one server that demands keys, one that does not, one WordPress; and where to skip."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.proxy import Proxy
from clients.served import Served
from clients.wordpress import PHP_EXTENSIONS, PROGRAMS, WordPress

CLIENTS = Path(__file__).parent


def need(*programs: str) -> None:
    """Skip where a program is missing."""
    if missing := [program for program in programs if not shutil.which(program)]:
        pytest.skip(f"not installed: {', '.join(missing)}")


def works(*command: str) -> bool:
    """Say whether a command ends well: loading a library, for example."""
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that demands keys, since it has one, and calls sites back."""
    server = Served(tmp_path_factory.mktemp("served"), "--callback-days", "7")
    server.key("https://somebody-else.example.org/")
    with server:
        yield server


@pytest.fixture(scope="session")
def keyless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server as one tries it: whoever asks from this machine is answered."""
    with Served(tmp_path_factory.mktemp("keyless")) as server:
        yield server


@pytest.fixture(scope="session")
def proxy(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """What leads to the server for those who want to go to Akismet's over TLS."""
    with Proxy(served.port, tmp_path_factory.mktemp("proxy")) as server:
        yield server


@pytest.fixture(scope="session")
def wordpress(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """A WordPress whose owner has laid in our plugin, logged in and typed in the site's key."""
    source = os.environ.get("MODSPAM_WORDPRESS", "")
    if not Path(source, "wp-content/plugins/akismet/akismet.php").is_file():
        pytest.skip("no WordPress: set MODSPAM_WORDPRESS to its folder (with wp-content/plugins/akismet in it)")
    need(*PROGRAMS)
    has = subprocess.run(["php", "-m"], capture_output=True, text=True, timeout=60, check=True).stdout.lower().split()
    if missing := PHP_EXTENSIONS - set(has):
        pytest.skip(f"not installed for php: {', '.join(sorted(missing))}")
    printed = subprocess.run(
        [sys.executable, "-m", "modspam", "wordpress-plugin", "--server", served.url],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    site = WordPress(Path(source), tmp_path_factory.mktemp("wordpress"))
    try:
        site.install(printed.stdout)
        site.log_in()
        site.enter_key(served.key(site.url))
        yield site
    finally:
        site.close()
