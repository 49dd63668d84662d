"""What ends TLS before a server of this machine, with certificates of an authority that lives as long as the tests.

`Proxy` is for clients whose host is fixed: what was meant for Akismet's servers comes out on a port of this
machine, unaltered, when ``HTTPS_PROXY`` and ``SSL_CERT_FILE`` are set.  `Front` is what many put before a server.
"""

import re
import select
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Self

import trustme

__all__ = ["Front", "Proxy"]

_CONNECT = re.compile(rb"CONNECT ((?:[a-z0-9]+\.)?rest\.akismet\.com):443 HTTP/1\.[01]\r\n")


class _EndsTls(ThreadingTCPServer):
    """Listens on a free port from the start, and serves while it is entered.

    - ``port``: where; ``certificate``: of the authority that clients are to trust
    """

    daemon_threads = True
    handler: type["_Ended"]

    def __init__(self, target_port: int, folder: Path, *names: str) -> None:
        authority = trustme.CA()
        self.certificate = folder / "authority.pem"
        authority.cert_pem.write_to_path(self.certificate)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(self.context)
        self.target = ("127.0.0.1", target_port)
        super().__init__(("127.0.0.1", 0), self.handler)
        self.port: int = self.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Ended(StreamRequestHandler):
    """One client: TLS ends here, and each side's bytes go to the other."""

    server: _EndsTls

    def handle(self) -> None:
        with (
            suppress(ssl.SSLError),  # a client that does not trust the certificate
            socket.create_connection(self.server.target) as target,
            self.server.context.wrap_socket(self.connection, server_side=True) as client,
        ):
            _relay(client, target)


class Front(_EndsTls):
    """Ends TLS for ``https://127.0.0.1:PORT``."""

    handler = _Ended

    def __init__(self, target_port: int, folder: Path) -> None:
        super().__init__(target_port, folder, "127.0.0.1")


class _Tunnel(_Ended):
    """One client of the proxy; it asks for a host of Akismet's, or is refused."""

    server: "Proxy"

    def handle(self) -> None:
        asked = _CONNECT.fullmatch(self.rfile.readline(1000))
        while self.rfile.readline(1000).strip():
            pass
        if not asked:
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        self.server.hosts.append(asked[1].decode())
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        super().handle()


class Proxy(_EndsTls):
    """Answers ``CONNECT`` for Akismet's hosts alone.

    - ``hosts``: those that were asked for, in order
    - ``environment``: what sends a client's requests through here
    """

    handler = _Tunnel

    def __init__(self, target_port: int, folder: Path) -> None:
        self.hosts: list[str] = []
        super().__init__(target_port, folder, "rest.akismet.com", "*.rest.akismet.com")

    @property
    def environment(self) -> dict[str, str]:
        """Name the proxy in every way that clients look for one: Ruby knows http_proxy alone."""
        proxies = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "http_proxy"), f"http://127.0.0.1:{self.port}")
        return proxies | {"no_proxy": "", "SSL_CERT_FILE": str(self.certificate)}


def _relay(client: ssl.SSLSocket, target: socket.socket) -> None:
    """Copy what comes from either to the other until one of them ends.

    One thread does both ways: a TLS socket is not for two at once.
    """
    other = {client: target, target: client}
    with suppress(OSError):
        while True:
            # What TLS has already decrypted no longer shows on the socket.
            ready = [client] if client.pending() else select.select(list(other), [], [])[0]
            for source in ready:
                data = source.recv(1 << 16)
                if not data:
                    return
                other[source].sendall(data)
