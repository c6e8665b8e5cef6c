"""The application of the scenarios beside this folder: Python's standard library and libpq, nothing to install.

A session is opened for each request that asks the database, and closed. PG* variables say where, as Seep sets them.

    app.py --port 8000 [--tls CERTIFICATE KEY] [--socket PATH] [--proxy-port PORT]
"""

import argparse, ctypes, ctypes.util, email, http.client, http.server, json, os, select, socket, socketserver, ssl, threading, time, uuid
import urllib.parse

libpq = ctypes.CDLL(ctypes.util.find_library("pq") or "libpq.so.5")
for function, result, arguments in [
    ("PQconnectdb", ctypes.c_void_p, [ctypes.c_char_p]),
    ("PQexec", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]),
    ("PQresultStatus", ctypes.c_int, [ctypes.c_void_p]),
    ("PQclear", None, [ctypes.c_void_p]),
    ("PQfinish", None, [ctypes.c_void_p]),
]:
    getattr(libpq, function).restype = result
    getattr(libpq, function).argtypes = arguments


def query(sql):
    """Whether a session was to be had, and the query went well."""
    session = libpq.PQconnectdb(b"application_name=abilities")
    result = libpq.PQexec(session, sql.encode())
    went_well = libpq.PQresultStatus(result) == 2  # PGRES_TUPLES_OK
    libpq.PQclear(result)
    libpq.PQfinish(session)
    return went_well


users = {}  # cookie: name
pages = {number: f"page {number}" for number in range(1, 101)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self, status, body, kind="application/json", **headers):
        data = (json.dumps(body) if kind == "application/json" else body).encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def handle_request(self):
        url = urllib.parse.urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if url.netloc:
            return self.forward(sent)
        if url.path == "/health":
            return self.answer(200, {"ok": True})
        if not query("SELECT 1"):
            return self.answer(503, {"error": "no session was to be had"})
        parts = [part for part in url.path.split("/") if part]
        name = parts[0] if parts else ""
        if name == "items":
            found = [{"id": number, "title": pages[number]} for number in sorted(pages)[:3]]
            return self.answer(200, {"meta": {"total_count": len(pages)}, "items": found, "ok": True}, X_Request=str(uuid.uuid4()))
        if name == "login":
            form = dict(urllib.parse.parse_qsl(sent.decode()))
            if form.get("password") != "correct horse":
                return self.answer(403, {"error": "wrong password"})
            cookie = uuid.uuid4().hex
            users[cookie] = form.get("user")
            return self.answer(200, {"user": form.get("user")}, Set_Cookie=f"sid={cookie}; Path=/")
        if name == "edit":
            return self.edit(parts, sent)
        if name == "echo":
            return self.echo(sent)
        if name == "who":
            return self.answer(200, {"authorization": self.headers.get("Authorization"), "via": self.headers.get("Via")})
        if name == "slow":
            time.sleep(0.5)
            return self.answer(200, {"ok": True})
        if name == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            self.close_connection = True
            return None
        return self.answer(404, {"error": "there is no such page"})

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_request

    def edit(self, parts, sent):
        cookies = dict(part.strip().split("=", 1) for part in (self.headers.get("Cookie") or "").split(";") if "=" in part)
        user = users.get(cookies.get("sid"))
        number = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
        if user is None:
            return self.answer(403, {"error": "log in first"})
        if number not in pages:
            return self.answer(404, {"error": "there is no such page"})
        token = f"{user}-{number}"
        if self.command == "GET":
            return self.answer(200, f'<form><input name="csrf" value="{token}"></form>', kind="text/html")
        wanted = json.loads(sent)
        if wanted.get("csrf") != token:
            return self.answer(400, {"error": "wrong token"})
        pages[number] = wanted["title"]
        return self.answer(200, {"saved": pages[number]})

    def echo(self, sent):
        """What came in the body, as far as it was understood."""
        kind = self.headers.get("Content-Type") or ""
        if kind.startswith("application/json"):
            return self.answer(200, {"json": json.loads(sent)})
        if kind.startswith("application/x-www-form-urlencoded"):
            return self.answer(200, {"form": dict(urllib.parse.parse_qsl(sent.decode()))})
        if kind.startswith("multipart/form-data"):
            message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + sent)
            parts = {
                part.get_param("name", header="Content-Disposition"): {
                    "file": part.get_filename(), "type": part.get_content_type(), "bytes": len(part.get_payload(decode=True))}
                for part in message.get_payload()}
            return self.answer(200, {"parts": parts})
        return self.answer(200, {"bytes": len(sent), "type": kind})

    # As a proxy

    def forward(self, sent):
        url = urllib.parse.urlsplit(self.path)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
        headers = {name: value for name, value in self.headers.items() if not name.lower().startswith("proxy-")}
        path = urllib.parse.urlunsplit(("", "", url.path, url.query, "")) or "/"
        connection.request(self.command, path, sent or None, {**headers, "Via": "1.1 abilities"})
        response = connection.getresponse()
        data = response.read()
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_CONNECT(self):
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection((host.strip("[]"), int(port)), timeout=10) as other:
            self.send_response(200)
            self.end_headers()
            ends = {self.connection: other, other: self.connection}
            while True:
                for end in select.select(list(ends), [], [], 60)[0] or [None]:
                    data = end.recv(65536) if end else b""
                    if not data:
                        self.close_connection = True
                        return
                    ends[end].sendall(data)

    def log_message(self, *arguments):
        pass


class SocketHandler(Handler):
    disable_nagle_algorithm = False  # a Unix socket has none


class Quiet:
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *arguments):
        pass


class TCPServer(Quiet, http.server.ThreadingHTTPServer):
    pass


class UnixServer(Quiet, socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--socket")
    parser.add_argument("--proxy-port", type=int)
    flags = parser.parse_args()
    server = TCPServer(("127.0.0.1", flags.port), Handler)
    if flags.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*flags.tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    others = []
    if flags.socket:
        if os.path.exists(flags.socket):
            os.unlink(flags.socket)
        others.append(UnixServer(flags.socket, SocketHandler))
    if flags.proxy_port:
        others.append(TCPServer(("127.0.0.1", flags.proxy_port), Handler))
    for other in others:
        threading.Thread(target=other.serve_forever, daemon=True).start()
    server.serve_forever()


main()
