"""A proxy that ends TLS: what was meant for Akismet's servers comes out on a port of this machine, unaltered.

Clients whose host is fixed go through it when ``HTTPS_PROXY`` and ``SSL_CERT_FILE`` are set.  It answers
``CONNECT`` for Akismet's hosts alone, with a certificate of an authority that lives as long as the tests.
"""

import re
import select
import socket
import ssl
from contextlib import suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import trustme

__all__ = ["Proxy"]

_CONNECT = re.compile(rb"CONNECT ((?:[a-z0-9]+\.)?rest\.akismet\.com):443 HTTP/1\.[01]\r\n")


class Proxy(ThreadingTCPServer):
    """Listens on a free port from the start, and serves once `serve_forever` runs.

    - ``hosts``: those that were asked for, in order
    - ``environment``: what sends a client's requests through here
    """

    daemon_threads = True

    def __init__(self, target_port: int, folder: Path) -> None:
        authority = trustme.CA()
        self.certificate = folder / "authority.pem"
        authority.cert_pem.write_to_path(self.certificate)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("rest.akismet.com", "*.rest.akismet.com").configure_cert(self.context)
        self.target = ("127.0.0.1", target_port)
        self.hosts: list[str] = []
        super().__init__(("127.0.0.1", 0), _Tunnel)

    @property
    def environment(self) -> dict[str, str]:
        """Name the proxy in every way that clients look for one: Ruby knows http_proxy alone."""
        names = ("HTTPS_PROXY", "https_proxy", "http_proxy")
        proxies = dict.fromkeys(names, f"http://127.0.0.1:{self.server_address[1]}")
        return proxies | {"no_proxy": "", "SSL_CERT_FILE": str(self.certificate)}


class _Tunnel(StreamRequestHandler):
    """One client: TLS ends here, and each side's bytes go to the other."""

    server: Proxy

    def handle(self) -> None:
        asked = _CONNECT.fullmatch(self.rfile.readline(1000))
        while self.rfile.readline(1000).strip():
            pass
        if not asked:
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        self.server.hosts.append(asked[1].decode())
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with (
            socket.create_connection(self.server.target) as target,
            self.server.context.wrap_socket(self.connection, server_side=True) as client,
        ):
            _relay(client, target)


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
