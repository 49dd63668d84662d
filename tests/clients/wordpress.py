"""A real WordPress with its own Akismet plugin, unaltered, on a real MariaDB, in one folder and on free ports.

It is used as people use it: visitors fill in the comment form, the administrator logs in and follows what the
pages offer.  Needs Debian's php-cli, php-mysql, php-curl, php-xml, php-mbstring, mariadb-server-core and
mariadb-client-core (or the like), and a folder of WordPress with the plugin.
"""

import getpass
import os
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from ports import free_port, wait_for

from clients.pages import Page

__all__ = ["PHP_EXTENSIONS", "PROGRAMS", "WordPress"]

PROGRAMS = ("php", "mariadbd", "mariadb", "mariadb-install-db")
PHP_EXTENSIONS = {"curl", "mbstring", "mysqli", "xml"}
_SITE = Path(__file__).with_name("site")  # what is laid into WordPress: settings, router, a plugin for tests
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_STATES = {"1": "published", "0": "held", "spam": "spam", "trash": "trash"}


class WordPress:
    """A site with one post and nobody's comments; ``url`` is its address, without a slash at the end."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "wordpress"
        self._socket = folder / "mariadb.sock"
        self._stack = ExitStack()
        self._visitors = 0
        self.admin = httpx.Client(follow_redirects=True, timeout=60)
        shutil.copytree(source, self.root, symlinks=True, ignore=shutil.ignore_patterns("mu-plugins", ".htaccess"))
        (self.root / "wp-content/mu-plugins").mkdir()
        with self._stack as stack:
            database = self._start_database()
            self.url = f"http://127.0.0.1:{free_port()}"
            self._configure(database)
            self._serve()
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Stop it, the database too."""
        self.admin.close()
        self._stack.close()

    def install(self, plugin: str) -> None:
        """Lay a must-use plugin into its place."""
        (self.root / "wp-content/mu-plugins/modspam.php").write_text(plugin, encoding="utf-8")

    def php(self, code: str) -> str:
        """Run PHP with WordPress loaded, as its own cron does; gives what it printed."""
        return self._run(["php", str(_SITE / "run.php"), str(self.root)], code)

    def log_in(self) -> None:
        """Log the administrator in."""
        self.admin.get(f"{self.url}/wp-login.php")
        form = {"log": "admin", "pwd": "adminpass", "testcookie": "1"}
        assert "wp-admin" in str(self.admin.post(f"{self.url}/wp-login.php", data=form).url)

    def page(self, path: str) -> Page:
        """Open a page of the dashboard."""
        answer = self.admin.get(f"{self.url}/wp-admin/{path}")
        assert answer.status_code == 200, answer.text
        return Page(str(answer.url), answer.text)

    def enter_key(self, key: str) -> Page:
        """Type a key into Akismet's settings, and see what the page says."""
        form = self.page("options-general.php?page=akismet-key-config").form("key", "_wpnonce")
        answer = self.admin.post(form.action, data=form.fields | {"key": key})
        return Page(str(answer.url), answer.text)

    def comment(self, text: str, author: str = "Ana", url: str = "", **filled: str) -> str:
        """Leave a comment as a visitor whose browser runs scripts; gives the e-mail address that it bears.

        ``filled`` is what else is typed into the form.
        """
        self._visitors += 1
        email = f"visitor{self._visitors}@example.com"
        with httpx.Client(timeout=60, headers={"User-Agent": _BROWSER}) as visitor:
            post = f"{self.url}/?p=1"
            form = Page(post, visitor.get(post).text).form("comment", "email")
            shown = str(round((time.time() - 30) * 1000))
            fields = form.fields | {"comment": text, "author": author, "email": email, "url": url, "ak_js": shown}
            answer = visitor.post(form.action, data=fields | filled, headers={"Referer": post})
        assert answer.status_code == 302, answer.text
        return email

    def state(self, email: str) -> str | None:
        """Say where a comment is: published, held, spam or trash; None if it is lost."""
        found = self.query(f"SELECT comment_approved FROM wp_comments WHERE comment_author_email = '{email}'")
        return _STATES[found] if found else None

    def press(self, email: str, button: str) -> None:
        """Follow a link that the administrator's list of comments has below a comment: spam, unspam, ..."""
        number = self.query(f"SELECT comment_ID FROM wp_comments WHERE comment_author_email = '{email}'")
        lists = "edit-comments.php?comment_status=" + ("spam" if self.state(email) == "spam" else "all")
        answer = self.admin.get(self.page(lists).link(f"c={number}", f"action={button}comment", "_wpnonce="))
        assert answer.status_code == 200, answer.text

    def public_text(self) -> str:
        """Give what a visitor reads below the post."""
        return Page(self.url, httpx.get(f"{self.url}/?p=1", timeout=60).text).text

    def asked(self) -> list[str]:
        """Say which hosts WordPress wanted to ask but for those of this machine; none was."""
        log = self.root / "hosts.log"
        return log.read_text(encoding="utf-8").split() if log.exists() else []

    def query(self, sql: str) -> str:
        """Ask the database; gives the values, by tabs and lines."""
        command = ["mariadb", "--no-defaults", f"--socket={self._socket}", "--user=root", "--skip-column-names"]
        return self._run([*command, "wp"], sql).strip()

    def _start_database(self) -> int:
        data, log, port = self.folder / "data", self.folder / "mariadb.log", free_port()
        options = ["--no-defaults", f"--user={getpass.getuser()}", f"--datadir={data}", f"--tmpdir={self.folder}"]
        install = ["mariadb-install-db", *options, "--skip-test-db", "--auth-root-authentication-method=normal"]
        self._run(install)
        serve = ["mariadbd", *options, f"--socket={self._socket}", f"--pid-file={self.folder}/mariadb.pid"]
        arguments = [*serve, "--bind-address=127.0.0.1", f"--port={port}", "--innodb-flush-log-at-trx-commit=0"]
        self._start(arguments, log, port)
        command = ["mariadb", "--no-defaults", f"--socket={self._socket}", "--user=root"]
        self._run(
            command,
            "CREATE DATABASE wp; CREATE USER wp@'127.0.0.1' IDENTIFIED BY 'wp'; CREATE USER wp@localhost IDENTIFIED "
            "BY 'wp'; GRANT ALL ON wp.* TO wp@'127.0.0.1'; GRANT ALL ON wp.* TO wp@localhost",
        )
        return port

    def _configure(self, database: int) -> None:
        settings = (_SITE / "wp-config.php").read_text(encoding="utf-8")
        settings = settings.replace("@DATABASE@", f"127.0.0.1:{database}").replace("@URL@", self.url)
        (self.root / "wp-config.php").write_text(settings, encoding="utf-8")
        shutil.copy(_SITE / "only-loopback.php", self.root / "wp-content/mu-plugins")
        self._run(["php", str(_SITE / "install.php"), str(self.root)])

    def _serve(self) -> None:
        host = self.url.removeprefix("http://")
        # The cache of compiled scripts would go on with a plugin for two seconds after another was laid in its place.
        command = ["php", "-d", "opcache.enable=0", "-S", host, "-t", str(self.root), str(_SITE / "router.php")]
        self._start(command, self.folder / "php.log", int(host.split(":")[1]), PHP_CLI_SERVER_WORKERS="3")

    def _start(self, command: list[str], log: Path, port: int, **environment: str) -> None:
        """Run a server until the site is closed, with all of its own processes."""
        with log.open("wb") as output:
            process: subprocess.Popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=os.environ | environment,
                start_new_session=True,
            )
        self._stack.callback(_end, process)
        try:
            wait_for(port, process)
        except AssertionError as error:
            error.add_note(log.read_text(errors="replace")[-2000:])
            raise

    def _run(self, command: list[str], entered: str = "") -> str:
        done: Any = subprocess.run(
            command, input=entered, capture_output=True, text=True, timeout=120, check=False, cwd=self.folder
        )
        assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout


def _end(process: subprocess.Popen) -> None:
    """End a server and the processes that it has started."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
