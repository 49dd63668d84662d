"""A real ikiwiki of one page that anybody may comment on, with its own blogspam plugin, used through its CGI.

Needs Debian's ikiwiki with libcgi-pm-perl, libcgi-session-perl, libcgi-formbuilder-perl, libwww-perl and a C
compiler for its wrapper; liblwpx-paranoidagent-perl must not be there, since it refuses this machine's addresses.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from clients.pages import Page

__all__ = ["PERL_MODULES", "Wiki"]

PERL_MODULES = ("CGI", "CGI::FormBuilder", "CGI::Session", "HTTP::Request", "JSON", "LWP::UserAgent")
_URL = "http://wiki.example.org"


@dataclass(frozen=True)
class _Answer:
    """What the CGI said: its headers, by lower-case name, and the page."""

    headers: dict[str, str]
    text: str


class Wiki:
    """``pages`` is the folder that it writes its pages to."""

    def __init__(self, folder: Path, blogspam_server: str) -> None:
        self.pages = folder / "pages"
        self._waiting = folder / "source/.ikiwiki/transient"
        self._cgi = folder / "ikiwiki.cgi"
        source = folder / "source"
        source.mkdir()
        (source / "index.mdwn").write_text("Bread without kneading.\n", encoding="utf-8")
        setup = folder / "wiki.setup"
        settings = {
            "wikiname": "wiki",
            "srcdir": str(source),
            "destdir": str(self.pages),
            "url": _URL,
            "cgiurl": f"{_URL}/ikiwiki.cgi",
            "cgi_wrapper": str(self._cgi),
            "add_plugins": ["anonok", "blogspam", "comments"],
            "anonok_pagespec": "*",
            "comments_pagespec": "*",
            "comments_allowauthor": 1,
            "blogspam_server": blogspam_server,
        }
        kind = "# IkiWiki::Setup::Yaml - YAML formatted setup file\n"
        setup.write_text(kind + json.dumps(settings), encoding="utf-8")
        command = ["ikiwiki", "--setup", str(setup)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr

    def comment(self, text: str, author: str) -> str:
        """Fill in the form for a comment on the one page; gives what is read on the page that comes."""
        return self._fill_in("comment", editcontent=text, author=author, subject="", _submit="Post comment")

    def edit(self, text: str) -> str:
        """Write the one page anew; gives what is read on the page that comes."""
        return self._fill_in("edit", editcontent=text, _submit="Save Page")

    def held(self) -> list[str]:
        """Give the comments that wait for the wiki's owner, as its files have them."""
        return [path.read_text(encoding="utf-8") for path in self._waiting.rglob("*._comment_pending")]

    def _fill_in(self, what: str, **typed: str) -> str:
        asked = self._ask("GET", {"do": what, "page": "index"})
        form = Page(_URL, asked.text).form("editcontent", "sid")
        cookies = SimpleCookie(asked.headers["set-cookie"])
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
        return Page(_URL, self._ask("POST", form.fields | typed, HTTP_COOKIE=cookie).text).text

    def _ask(self, method: str, fields: dict[str, str], **environment: str) -> _Answer:
        """Run the CGI as a web server does."""
        query = urlencode(fields)
        environment |= {
            "GATEWAY_INTERFACE": "CGI/1.1",
            "HTTP_HOST": urlsplit(_URL).netloc,
            "REMOTE_ADDR": "203.0.113.9",
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "/ikiwiki.cgi",
            "SERVER_NAME": urlsplit(_URL).netloc,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "QUERY_STRING": query if method == "GET" else "",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(query)) if method == "POST" else "0",
        }
        done = subprocess.run(
            [str(self._cgi)],
            input=query if method == "POST" else "",
            env={"PATH": os.environ["PATH"]} | environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        head, _, text = done.stdout.replace("\r\n", "\n").partition("\n\n")
        headers = [line.partition(": ") for line in head.splitlines()]
        return _Answer({name.lower(): value for name, _, value in headers}, text)
