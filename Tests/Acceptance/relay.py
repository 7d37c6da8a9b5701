"""A server that stands before the real one, for answers that this would not give."""
import http.server
import threading

import requests


class Relay:
    """Passes on what it is asked. Subclasses answer some of it themselves: with a status, a body and its fields."""

    def __init__(self, behind):
        self.behind = behind
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status, body, headers):
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in ("transfer-encoding", "content-length", "content-encoding", "connection", "date"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.answer(*relay.get(self.path))

            def do_POST(self):
                self.answer(*relay.post(self.rfile.read(int(self.headers["Content-Length"]))))

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def get(self, path):
        found = requests.get(self.behind.url + path, timeout=60)
        return found.status_code, found.content, found.headers

    def post(self, body):
        return 405, b"", {}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
