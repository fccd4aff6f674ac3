"""Tasks as real processes, and the target group as a real nginx upstream list with reload. Only inside `keeper.run`, so that nothing of them outlives the test."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'simulator'))
import keeper  # noqa: E402

APP = os.path.join(HERE, '..', 'drill_app', 'app.py')
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


def bound():
    """A socket on a port of its own; who inherits it needs no port number that somebody else could take first."""
    s = socket.socket()
    s.bind(('127.0.0.1', 0))
    return s


class Process:
    """One task: the app on its own port, serving `version`."""

    def __init__(self, version, flags):
        with bound() as s:
            self.port = s.getsockname()[1]
            self.child = keeper.spawn([sys.executable, '-S', APP, f'fd:{s.fileno()}', version, flags], pass_fds=(s.fileno(),),
                                      env={**os.environ, 'DRILL_KEEPER': str(os.getpid())})

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


def title(pid):
    """What a process calls itself; nothing when it is gone."""
    try:
        with open(f'/proc/{pid}/cmdline', 'rb') as file:
            return file.read()
    except OSError:
        return b''


class TargetGroup:
    """nginx with its own prefix. Who connects before the first list is given waits for it."""

    def __init__(self, root):
        self.root, self.ports, self.child, self.socket, self.leaving, self.changing = root, None, None, bound(), [], False
        self.socket.listen(511)
        self.port = self.socket.getsockname()[1]

    def settled(self):
        """Whether no request goes to what was taken off the list: the new workers are there, and the old ones take no more connections."""
        if not self.changing:
            return True
        workers = [title(pid) for pid in keeper.family(self.child.pid)]
        busy = [b'worker process' in t and b'shutting down' not in t for t in map(title, self.leaving)]
        self.changing = not workers or any(busy) or not all(b'worker process' in t for t in workers if t)
        return not self.changing

    def change(self, ports):
        """Rewrites the list and reloads. Only when settled: nginx dies of a reload before it is up, and a second one waits for the first."""
        self.ports, self.changing = sorted(ports), True
        # nginx refuses an upstream without servers; port 1 on loopback is closed, so it answers 502.
        servers = ' '.join(f'server 127.0.0.1:{p};' for p in self.ports or [1])
        user = 'user root;\n' if os.getuid() == 0 else ''
        path = os.path.join(self.root, 'nginx.conf')
        with open(path + '.new', 'w') as f:
            f.write(CONFIG.format(root=self.root, servers=servers, port=self.port, user=user))
        os.rename(path + '.new', path)
        if self.child is None:
            self.start(path)
        else:
            self.leaving = keeper.family(self.child.pid)
            self.child.send_signal(signal.SIGHUP)

    def start(self, config):
        # The variable with which nginx hands its sockets to a newer nginx.
        self.child = keeper.spawn([NGINX, '-p', self.root, '-c', config], stderr=subprocess.DEVNULL,
                                  env={**os.environ, 'NGINX': f'{self.socket.fileno()};'}, pass_fds=(self.socket.fileno(),))
        self.socket.close()

    def set_ports(self, ports):
        """`change`, and waits until it is done."""
        if sorted(ports) == self.ports:
            return
        self.change(ports)
        while not self.settled():
            time.sleep(0.01)

    def close(self):
        self.socket.close()
        if self.child:
            self.child.terminate()
            self.child.wait()
