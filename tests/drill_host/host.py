"""A blue/green host in a folder: nginx behind a link, app processes, a registry of files, the deploy script. For tests and the demo.

Usage as a program: host.py FOLDER   makes it, deploys two releases, prints what it is, and stays until it is ended.
"""
import hashlib
import json
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
NGINX = shutil.which('nginx') or shutil.which('nginx', path='/usr/sbin')

NGINX_CONF = '''daemon off; worker_processes 2; pid {root}/nginx.pid; error_log {root}/error.log;
{user}events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {root}/body; proxy_temp_path {root}/proxy; fastcgi_temp_path {root}/fastcgi;
  uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;
  include {root}/active_upstream.conf;
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://app; }} }}
}}
'''

MUSTER_YAML = '''version: 1
environments:
  staging: {{class: staging}}
drills:
  counter:
    environment: staging
    deploy: [{root}/deploy.sh, "{{release}}", --run-id, "{{run}}"{expect}]
    digest: [{root}/digest.sh, "{{release}}"]
    reload: [{nginx}, -p, {root}, -c, {root}/nginx.conf, -e, {root}/error.log, -s, reload]
    lock: {root}/deploy.lock
    state: {root}/state.json
    link: {root}/active_upstream.conf
    balancer: http://127.0.0.1:{balancer}
    backends: {{blue: "http://127.0.0.1:{blue}", green: "http://127.0.0.1:{green}"}}
    upstreams: {{blue: upstream.blue.conf, green: upstream.green.conf}}
    verify: {{/healthz: "200", /openapi.json: "200", /api/v1/experts: "401"}}
    path: [{root}/deploy.sh, {root}/nginx.conf, {root}/upstream.blue.conf, {root}/upstream.green.conf]
    stop_file: {root}/stop-drills
    objective_seconds: {objective}
    timeout_seconds: {timeout}
'''


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(('127.0.0.1', 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Host:
    """Started and at v1.1.0 with v1.0.0 as its previous release once made."""

    def __init__(self, root, expect=True, objective=60, soak='0.3', timeout=30):
        self.root = os.path.abspath(root)
        self.blue, self.green, self.balancer = free_ports(3)
        self.seen = set()
        for folder in ('registry/tags', 'registry/blobs', 'flags'):
            os.makedirs(os.path.join(self.root, folder))
        for script in ('deploy.sh',):
            shutil.copy(os.path.join(HERE, script), self.root)
        self.write('digest.sh', '#!/bin/sh\ncd "$(dirname "$0")" && cat "registry/tags/$(echo "$1" | tr : _)"\n', 0o755)
        self.write('host.conf', f'APP={os.path.join(HERE, "..", "drill_app", "app.py")}\nPYTHON={sys.executable}\nNGINX={NGINX}\n'
                   f'BLUE={self.blue}\nGREEN={self.green}\nBALANCER={self.balancer}\nSOAK={soak}\nKEEPER={os.getpid()}\n')
        for color, port in (('blue', self.blue), ('green', self.green)):
            self.write(f'upstream.{color}.conf', f'upstream app {{ server 127.0.0.1:{port}; }}\n')
        user = 'user root;\n' if os.getuid() == 0 else ''
        self.write('nginx.conf', NGINX_CONF.format(root=self.root, port=self.balancer, user=user))
        os.symlink('upstream.blue.conf', os.path.join(self.root, 'active_upstream.conf'))
        self.write('muster.yaml', MUSTER_YAML.format(
            root=self.root, nginx=NGINX, balancer=self.balancer, blue=self.blue, green=self.green, objective=objective, timeout=timeout,
            expect=', --expect, "{expect}"' if expect else ''))
        self.nginx = subprocess.Popen([sys.executable, '-S', os.path.join(HERE, 'keeper.py'), NGINX, '-p', self.root, '-c',
                                       os.path.join(self.root, 'nginx.conf'), '-e', os.path.join(self.root, 'error.log')],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for(lambda: self.status('/healthz') is not None, 'nginx to answer')
        for version in ('1.0.0', '1.1.0'):
            self.publish(f'counter:{version}', version)
            self.deploy(f'counter:{version}')

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.root, name)
        with open(path, 'w') as f:
            f.write(text)
        os.chmod(path, mode)

    def publish(self, release, version, content=None):
        digest = hashlib.sha256((content or release).encode()).hexdigest()
        self.write(f'registry/blobs/{digest}', version)
        self.write('registry/tags/' + release.replace(':', '_'), f'sha256:{digest}\n')

    def deploy(self, release, *more, check=True):
        done = subprocess.run([os.path.join(self.root, 'deploy.sh'), release, *more], stderr=subprocess.PIPE, text=True)
        if check and done.returncode:
            raise RuntimeError(f'deploy of {release} ended with {done.returncode}: {done.stderr}')
        return done.returncode

    def get(self, path, port=None):
        request = urllib.request.Request(f'http://127.0.0.1:{port or self.balancer}{path}', headers={'Connection': 'close'})
        with urllib.request.urlopen(request, timeout=2) as answer:
            return answer.read().decode()

    def status(self, path):
        try:
            self.get(path)
            return 200
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def version(self, port=None):
        try:
            return json.loads(self.get('/version', port))['version']
        except (OSError, ValueError):
            return None

    def state(self):
        with open(os.path.join(self.root, 'state.json')) as f:
            return json.load(f)

    def link(self):
        return os.readlink(os.path.join(self.root, 'active_upstream.conf'))

    def settled_on(self, version, looks=12):
        """Whether state, link, balancer and the serving process agree on it, each of `looks` times, 50 ms apart."""
        for _ in range(looks):
            state = self.state()
            port = {'blue': self.blue, 'green': self.green}[state['color']]
            if (state['release'] != f'counter:{version}' or self.link() != f'upstream.{state["color"]}.conf'
                    or self.version() != version or self.version(port) != version):
                return False
            time.sleep(0.05)
        return True

    @staticmethod
    def wait_for(happened, what, seconds=10):
        end = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > end:
                raise TimeoutError(f'waited {seconds} s for {what}')
            time.sleep(0.02)

    def apps(self):
        """Process ids of the apps of this host, serving or leaked."""
        found = []
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{pid}/cmdline', 'rb') as f:
                    words = f.read().split(b'\0')
            except OSError:
                continue
            if any(word.startswith(self.root.encode() + b'/flags') for word in words):
                found.append(int(pid))
        return found

    def close(self):
        for pid in self.apps():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.nginx.terminate()
        self.nginx.wait()


def main():
    host = Host(sys.argv[1])
    print(f'balancer http://127.0.0.1:{host.balancer}', flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        signal.pause()
    finally:
        host.close()


if __name__ == '__main__':
    main()
