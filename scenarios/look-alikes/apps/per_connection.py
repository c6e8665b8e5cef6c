"""An HTTP/1.1 server that opens a PostgreSQL session for each client connection, and closes it when the client goes.

While clients keep their connections there are as many sessions as clients; when they go, none.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps the connection
    wbufsize = -1  # head and body leave in one write
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        # libpq reads the PG* variables by itself; DATABASE_URL, when there is one, goes before them.
        self.session = psycopg.connect(os.environ.get("DATABASE_URL", ""), autocommit=True)

    def finish(self):
        self.session.close()
        super().finish()

    def do_GET(self):
        if self.path == "/query/":
            self.answer(200, self.session.execute("SELECT 'a query'").fetchone()[0])
        elif self.path == "/health/":
            self.answer(200, "ok")
        else:
            self.answer(404, "not found")

    def answer(self, status, line):
        body = line.encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """No access log: what remains on standard error is worth reading."""


class Server(ThreadingHTTPServer):
    request_queue_size = 128


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
