"""A site that is called back: it notes what it is told, and answers as a test wants it to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

__all__ = ["Receiver"]


class Receiver(ThreadingHTTPServer):
    """Listens on a free port of this machine while it is entered.

    - ``told``: the documents that were posted, in order; ``paths``: where to
    - ``answer``: bytes to give in place of what Akismet's plugin would; ``last``: bytes to repeat until nobody reads
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Told)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.told: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.answer: bytes | None = None
        self.last = b""

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def results(self) -> list[tuple[str, str]]:
        """Each comment that it was told of and the result, in order, however often."""
        return [(each["guid"], each["result"]) for document in self.told for each in document["comments"]]


class _Told(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Take what is posted."""
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.paths.append(self.path)
        if self.server.answer is None:
            self.server.told.append(document)
            taken = {each["guid"]: {"status": "success"} for each in document["comments"]}
            self.answer_with(json.dumps({"comments": taken}).encode())
            return
        self.wfile.write(self.server.answer)
        try:
            while self.server.last:
                self.wfile.write(self.server.last)
        except OSError:  # nobody reads any more
            return

    def answer_with(self, body: bytes) -> None:
        """Answer as WordPress does."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
