"""A real embeddings service on loopback that speaks like OpenAI's, for tests of the client."""

import json
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from assist.testing import HashingEncoder


@dataclass
class Service:
    """What the server was asked, and what it shall answer instead of vectors, first in, first out."""

    url: str
    key: str = "sk-geheim-1234567890"
    dim: int = 32
    requests: list = field(default_factory=list)
    headers: list = field(default_factory=list)
    instead: deque = field(default_factory=deque)


def _vectors(texts, dim):
    """Give vectors that are not of unit length, in reverse order, as a service may."""
    rows = 3.0 * HashingEncoder(dim).encode(texts)
    entries = [{"object": "embedding", "index": n, "embedding": row.tolist()} for n, row in enumerate(rows)]
    return {"object": "list", "model": "m", "data": entries[::-1], "usage": {}}


@contextmanager
def embedding_service(**options):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            service.requests.append(asked)
            service.headers.append(self.headers)
            code, answer, *more = self._answer(asked)
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in more:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _answer(self, asked):
            if service.instead:
                return service.instead.popleft()
            if self.path != "/v1/embeddings" or asked["model"] != "m":
                return 404, {"error": {"message": f"no model {asked['model']}"}}
            if self.headers["Authorization"] != f"Bearer {service.key}":
                return 401, {"error": {"message": f"wrong key: {self.headers['Authorization']}"}}
            if "" in asked["input"]:
                return 400, {"error": {"message": "empty input"}}
            return 200, _vectors(asked["input"], service.dim)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = Service(f"http://127.0.0.1:{server.server_port}/v1", **options)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
