"""The service that drills deploy: /healthz, /version, /openapi.json, a 401 route and /slow.

Usage: app.py PORT|fd:N VERSION FLAGS [--stay]. `fd:N` is a bound socket that it inherits: a port that
nobody else can take meanwhile. A file `unhealthy` in FLAGS turns /healthz to 503. SIGTERM stops taking
connections, ends what runs and exits 0. Dies with the process that started it, unless told to stay.
"""
import ctypes
import http.server
import json
import os
import signal
import socket
import sys
import threading
import time


def die_with_parent():
    """Linux PR_SET_PDEATHSIG: a killed test leaves no process behind. It follows the starting thread."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        status, body = self.server.answer(self.path)
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(data)))
        self.send_header('X-Version', self.server.version)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class App(http.server.ThreadingHTTPServer):
    # Threads that are no daemons: server_close() waits for the requests that run.
    daemon_threads = False
    request_queue_size = 256

    def __init__(self, where, version, flags):
        self.version, self.flags = version, flags
        if where.startswith('fd:'):
            super().__init__(('127.0.0.1', 0), Handler, bind_and_activate=False)
            self.socket.close()
            self.socket = socket.socket(fileno=int(where[3:]))
            self.server_activate()
        else:
            super().__init__(('127.0.0.1', int(where)), Handler)

    def handle_error(self, *_):
        """Clients that go away are part of the tests."""

    def answer(self, path):
        if path == '/healthz':
            ill = os.path.exists(os.path.join(self.flags, 'unhealthy'))
            return (503, {'status': 'unhealthy'}) if ill else (200, {'status': 'ok'})
        if path == '/slow':
            time.sleep(0.3)
        if path in ('/version', '/slow'):
            return 200, {'version': self.version}
        if path == '/openapi.json':
            return 200, {'openapi': '3.1.0', 'info': {'title': 'drill', 'version': self.version}, 'paths': {}}
        if path == '/api/v1/experts':
            return 401, {'detail': 'not authenticated'}
        return 404, {'detail': 'not found'}


def main():
    if '--stay' not in sys.argv:
        die_with_parent()
    app = App(*sys.argv[1:4])
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=app.shutdown).start())
    app.serve_forever(poll_interval=0.02)
    app.server_close()


if __name__ == '__main__':
    main()
