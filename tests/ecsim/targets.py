"""Tasks as real processes, and the target group as a real nginx upstream list with reload."""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

APP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'drill_app', 'app.py')
NGINX = shutil.which('nginx') or shutil.which('nginx', path='/usr/sbin')

CONFIG = '''daemon off; worker_processes 2; pid {root}/nginx.pid; error_log {root}/error.log;
{user}events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {root}/body; proxy_temp_path {root}/proxy; fastcgi_temp_path {root}/fastcgi;
  uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;
  upstream targets {{ {servers} }}
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://targets; }} }}
}}
'''


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Process:
    """One task: the app on its own port, serving `version`."""

    def __init__(self, version, flags):
        self.port = free_port()
        self.child = subprocess.Popen([sys.executable, '-S', APP, str(self.port), version, flags],
                                      preexec_fn=die_with_parent)

    def healthy(self):
        try:
            with urllib.request.urlopen(f'http://127.0.0.1:{self.port}/healthz', timeout=1) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self):
        self.child.terminate()
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class TargetGroup:
    """nginx with its own prefix; `set_ports` rewrites the list and reloads."""

    def __init__(self, root):
        self.root, self.port, self.ports, self.child = root, free_port(), None, None

    def set_ports(self, ports):
        ports = sorted(ports)
        if ports == self.ports:
            return
        self.ports = ports
        # nginx refuses an upstream without servers; port 1 on loopback is closed, so it answers 502.
        servers = ' '.join(f'server 127.0.0.1:{p};' for p in ports or [1])
        user = 'user root;\n' if os.getuid() == 0 else ''
        path = os.path.join(self.root, 'nginx.conf')
        with open(path + '.new', 'w') as f:
            f.write(CONFIG.format(root=self.root, servers=servers, port=self.port, user=user))
        os.rename(path + '.new', path)
        if self.child is None:
            self.child = subprocess.Popen([NGINX, '-p', self.root, '-c', path], stderr=subprocess.DEVNULL,
                                          preexec_fn=die_with_parent)
        else:
            self.child.send_signal(signal.SIGHUP)
            # The handover starts new workers before the old ones stop; drained tasks wait for it.
            time.sleep(0.25)

    def close(self):
        if self.child:
            self.child.terminate()
            self.child.wait()
