"""The service that drills deploy: /healthz, /version, /openapi.json, a 401 route and /slow. HTTP by hand, because drills start it often: 30 ms instead of 80.

Usage: app.py PORT|fd:N VERSION FLAGS. `fd:N` is a bound socket that it inherits: a port that nobody else can take meanwhile. A file `unhealthy` in FLAGS turns
/healthz to 503. SIGTERM stops taking connections, ends what runs and exits 0. Dies with the process that started it, or with the one whose id DRILL_KEEPER has:
what a deploy script starts outlives the script, but not the test.
"""
import os
import signal
import socket
import sys
import threading
import time

REASONS = {200: "OK", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}


def die_with_parent():
    """Linux PR_SET_PDEATHSIG: a killed test leaves no process behind. It follows the starting thread."""
    import ctypes  # a third of the time to start
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def die_with(keeper):
    while os.path.exists(f"/proc/{keeper}"):
        time.sleep(0.5)
    os._exit(1)


class App:
    def __init__(self, where, version, flags):
        self.version, self.flags, self.ending = version, flags, False
        # Connections between two requests, which nobody misses.
        self.idle, self.lock = set(), threading.Lock()
        if where.startswith("fd:"):
            self.socket = socket.socket(fileno=int(where[3:]))
        else:
            self.socket = socket.socket()
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.socket.bind(("127.0.0.1", int(where)))
        self.socket.listen(256)

    def answer(self, path):
        if path == "/healthz":
            ill = os.path.exists(os.path.join(self.flags, "unhealthy"))
            return (503, '{"status": "unhealthy"}') if ill else (200, '{"status": "ok"}')
        if path == "/slow":
            time.sleep(0.3)
        if path in ("/version", "/slow"):
            return 200, f'{{"version": "{self.version}"}}'
        if path == "/openapi.json":
            return 200, f'{{"openapi": "3.1.0", "info": {{"title": "drill", "version": "{self.version}"}}, "paths": {{}}}}'
        if path == "/api/v1/experts":
            return 401, '{"detail": "not authenticated"}'
        return 404, '{"detail": "not found"}'

    def head(self, connection, rest):
        """The next request's head and what came behind it; nothing when the client is gone."""
        while b"\r\n\r\n" not in rest:
            more = connection.recv(4096)
            if not more or len(rest) > 65536:
                return b"", b""
            rest += more
        head, _, rest = rest.partition(b"\r\n\r\n")
        return head, rest

    def talk(self, connection):
        rest, keep = b"", True
        while keep:
            with self.lock:
                if self.ending:
                    return
                self.idle.add(connection)
            head, rest = self.head(connection, rest)
            with self.lock:
                self.idle.discard(connection)
            if not head:
                return
            first, *lines = head.decode("latin1").split("\r\n")
            method, path, protocol = (first.split() + ["", "", ""])[:3]
            close = any(line.lower().replace(" ", "") == "connection:close" for line in lines)
            status, body = self.answer(path.partition("?")[0]) if method in ("GET", "HEAD") else (405, "{}")
            # The body of a method that is not served is not read.
            keep = protocol == "HTTP/1.1" and not close and status != 405 and not self.ending
            connection.sendall((f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nX-Version: {self.version}\r\n"
                                + ("" if keep else "Connection: close\r\n") + "\r\n" + ("" if method == "HEAD" else body)).encode())

    def serve(self, connection):
        try:
            self.talk(connection)
        except OSError:
            pass  # clients that go away are part of the tests
        finally:
            with self.lock:
                self.idle.discard(connection)
            connection.close()

    def end(self, *_):
        self.ending = True
        # Wakes `accept`, which a closed socket does not.
        self.socket.shutdown(socket.SHUT_RDWR)

    def run(self):
        """Returns when it was told to end; the threads of requests that run keep the process."""
        while not self.ending:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,)).start()
        self.socket.close()
        with self.lock:
            for connection in self.idle:
                connection.shutdown(socket.SHUT_RD)


def main():
    keeper = os.environ.get("DRILL_KEEPER")
    if keeper:
        threading.Thread(target=die_with, args=(keeper,), daemon=True).start()
    else:
        die_with_parent()
    app = App(*sys.argv[1:4])
    signal.signal(signal.SIGTERM, app.end)
    app.run()


if __name__ == "__main__":
    main()
