#!/usr/bin/env python3
"""host/collect.sh under every shell that is here, on trees made to be nasty. What it says of files is compared with what Python sees (os.lstat, hashlib).
MUSTER_HOST_FILES is how many files the crowded folder has (10000; 100000 takes ten seconds more); MUSTER_COLLECT is another collector to try."""
import base64
import hashlib
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
COLLECT = os.environ.get("MUSTER_COLLECT") or os.path.join(HERE, "..", "..", "host", "collect.sh")
SHELLS = [shell for shell in (["dash"], ["busybox", "sh"], ["bash"]) if shutil.which(shell[0])]
CROWD = int(os.environ.get("MUSTER_HOST_FILES", "10000"))
SALT = "5a17" * 8
# Each leaked from one collector or another once.
SECRETS = ["123456", "4711", "https://hooks.example.test/services/T0/B0/XyZ", "https://key0@sentry.example.test/1", "https://shop.example.test/cb?token=tok3n", "ghp_" + "a" * 36, "v3rs10n-s3cret",
           "postgres://user:pw@db/shop", "quoted secret", "MIIEvAIBADANBgkqhkiG9w0BAQEFAASC", "U2VjcmV0TGluZQ==", "unit-s3cret", "exec-s3cret"]
ENV = f"""# a comment with hush1
PORT=8080
DB_PASSWORD={SECRETS[0]}
PIN={SECRETS[1]}
SLACK_WEBHOOK={SECRETS[2]}
SENTRY_DSN={SECRETS[3]}
CALLBACK_URL={SECRETS[4]}
GITHUB_TOKEN_ENV={SECRETS[5]}
API_KEY_VERSION={SECRETS[6]}
DATABASE_URL={SECRETS[7]}
GREETING="{SECRETS[8]}"
PRIVATE_KEY="-----BEGIN PRIVATE KEY-----
{SECRETS[9]}
{SECRETS[10]}
-----END PRIVATE KEY-----"
DOMAIN=shop.example.test
"""
UNIT = f"""[Unit]
After=network.target
[Service]
User=shop
EnvironmentFile=/opt/shop/.env
Environment=DB_PASSWORD={SECRETS[11]}
ExecStartPre=/usr/bin/docker pull registry.example.test/shop:1
ExecStart=/usr/bin/docker run -e API_TOKEN={SECRETS[12]} shop
"""


def decoded(field):
    out, i = bytearray(), 0
    raw = field.encode("ascii")
    while i < len(raw):
        if raw[i:i + 1] == b"%":
            out += bytes.fromhex(raw[i + 1:i + 3].decode())
            i += 3
        else:
            out.append(raw[i])
            i += 1
    return bytes(out)


def run(shell, *words, **more):
    return subprocess.run([*shell, COLLECT, *words], capture_output=True, timeout=60, stdin=subprocess.DEVNULL, **more)


def facts(output):
    """Lines as lists of decoded fields, after the trailer was checked."""
    assert output.endswith(b"\n"), output[-100:]
    lines = output[:-1].split(b"\n")
    end = lines[-1].decode().split("\t")
    body = b"\n".join(lines[:-1]) + b"\n"
    assert end == ["end", str(len(lines) - 1), hashlib.sha256(body).hexdigest()], end
    return [[decoded(field) for field in line.decode("ascii").split("\t")] for line in lines[:-1]]


def kind_of(mode):
    return {stat.S_IFDIR: b"dir", stat.S_IFREG: b"file", stat.S_IFLNK: b"link", stat.S_IFIFO: b"fifo", stat.S_IFSOCK: b"sock"}[stat.S_IFMT(mode)]


class Collect(unittest.TestCase):
    def setUp(self):
        self.top = os.fsencode(tempfile.mkdtemp(prefix="muster-host-"))
        self.addCleanup(subprocess.run, ["rm", "-rf", self.top])
        os.chmod(self.top, 0o755)

    def path(self, name):
        return os.path.join(self.top, name)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(self.path(name), mode)
        return self.path(name)

    def hostile(self):
        """Names of things that are there, each of another kind or with another name that a shell could trip over."""
        names = [b"blank in name", b"tab\there", b"percent%41", b"quote'\"", b"$(touch pwned)", b"`touch pwned`", b"-rf", b"latin\xe9", b"\xc3\xbcmlaut", b"star*", b"semi;touch pwned", b"back\\slash", b"x" * 255]
        for name in names:
            self.write(name, b"")
        os.mkdir(self.path(b"folder"))
        os.mkfifo(self.path(b"pipe"))
        unix = socket.socket(socket.AF_UNIX)
        self.addCleanup(unix.close)
        unix.bind(self.path(b"socket"))
        os.symlink(b"folder", self.path(b"good"))
        os.symlink(b"nowhere", self.path(b"dangling"))
        os.symlink(b"loop", self.path(b"loop"))
        os.symlink(b"line\nend ", self.path(b"odd target"))
        deep = self.top
        while len(deep) + 200 < 4000:
            deep = os.path.join(deep, b"d" * 180)
            os.mkdir(deep)
        return names + [b"folder", b"pipe", b"socket", b"good", b"dangling", b"loop", b"odd target", b"missing", deep[len(self.top) + 1:]]

    def same_in_all_shells(self, *words, **more):
        """The facts, which must not depend on the shell; what changes from second to second is left out."""
        found = []
        for shell in SHELLS:
            done = run(shell, *words, **more)
            self.assertEqual((done.returncode, done.stderr), (0, b""), shell)
            found.append([row for row in facts(done.stdout) if row[0] not in (b"v1", b"df")])
        for shell, rows in zip(SHELLS[1:], found[1:]):
            self.assertEqual(rows, found[0], shell)
        return found[0]

    def test_hostile_names_are_told_as_the_system_tells_them(self):
        names = self.hostile()
        before = subprocess.run(["find", self.top, "-printf", "%p %y %m %T@ %C@\\0"], capture_output=True, check=True).stdout
        rows = self.same_in_all_shells(*(word for name in names for word in ("--path", self.path(name))))
        told = {row[1]: row[2:] for row in rows if row[0] == b"path"}
        self.assertEqual(set(told), {self.path(name) for name in names})
        for name in names:
            with self.subTest(name[:40]):
                if name == b"missing":
                    self.assertEqual(told[self.path(name)], [b"none"])
                    continue
                seen = os.lstat(self.path(name))
                self.assertEqual(told[self.path(name)][:4], [kind_of(seen.st_mode), b"%x" % seen.st_mode, b"%d" % seen.st_uid, b"%d" % seen.st_gid])
                self.assertEqual(told[self.path(name)][6:], [b"%d" % one for one in (seen.st_size, seen.st_mtime, seen.st_ctime, seen.st_nlink)])
        links = {row[1][len(self.top) + 1:]: row[2:] for row in rows if row[0] == b"link"}
        self.assertEqual(links, {b"good": [b"folder", self.path(b"folder"), b"ok"], b"dangling": [b"nowhere", self.path(b"nowhere"), b"dangling"], b"loop": [b"loop", b"", b"loop"],
                                 b"odd target": [b"line\nend ", self.path(b"line\nend "), b"dangling"]})
        parents = {row[1]: row[2:] for row in rows if row[0] == b"par"}
        above = self.top
        while True:
            self.assertEqual(parents[above], [b"%x" % os.lstat(above).st_mode, b"%d" % os.lstat(above).st_uid])
            if above == b"/":
                break
            above = os.path.dirname(above)
        self.assertEqual(subprocess.run(["find", self.top, "-printf", "%p %y %m %T@ %C@\\0"], capture_output=True, check=True).stdout, before, "nothing is made or changed")

    def test_no_secret_leaves_the_host(self):
        env, unit = self.write(b".env", ENV, 0o600), self.write(b"shop.service", UNIT)
        state = self.write(b"state.json", '{"current": "1.4.0"}')
        words = ("--env", env, "--unit", unit, "--state", state, "--public", "PORT", "--public", "DOMAIN", "--public", "SENTRY_DSN", "--public", "CALLBACK_URL", "--public", "DATABASE_URL", "--public", "SLACK_WEBHOOK",
                 "--public", "GITHUB_TOKEN_ENV", "--salt", SALT)
        rows = self.same_in_all_shells(*words)
        text = b"\n".join(b"\t".join(row) for row in rows)
        for secret in [*SECRETS, "hush1"]:
            for form in (secret.encode(), base64.b64encode(secret.encode()), hashlib.sha256(secret.encode()).hexdigest().encode()):
                self.assertNotIn(form, text, secret)
        keys = {row[3]: row for row in rows if row[0] == b"env"}
        self.assertEqual((keys[b"PORT"][8], keys[b"DOMAIN"][8]), (b"=8080", b"=shop.example.test"))
        for refused in (b"SENTRY_DSN", b"CALLBACK_URL", b"DATABASE_URL", b"SLACK_WEBHOOK", b"GITHUB_TOKEN_ENV"):
            self.assertEqual(keys[refused][7:9], [b"refused", b""], refused)
        self.assertEqual([row[2] for row in rows if row[0] == b"env" and row[3] == b"?"], [b"13", b"14", b"15"], "lines inside a quoted value have no name")
        self.assertEqual(keys[b"DB_PASSWORD"][9], hashlib.sha256(SALT.encode() + SECRETS[0].encode()).hexdigest().encode())
        self.assertEqual([row[1:] for row in rows if row[0] == b"state"], [[state, base64.b64encode(b'{"current": "1.4.0"}')]])
        self.assertEqual([row[2:] for row in rows if row[0] == b"unit"],
                         [[b"[Unit]", b"After", b"network.target"], [b"[Service]", b"User", b"shop"], [b"[Service]", b"EnvironmentFile", b"/opt/shop/.env"], [b"[Service]", b"Environment", b"[masked]"],
                          [b"[Service]", b"ExecStartPre", b"/usr/bin/docker pull"], [b"[Service]", b"ExecStart", b"/usr/bin/docker run"]])
        self.assertEqual([row[1:] for row in rows if row[0] == b"sha"], [[unit, hashlib.sha256(UNIT.encode()).hexdigest().encode()]])

    def test_a_tree_is_told_entry_by_entry_and_left_through_no_link(self):
        self.hostile()
        self.write(b"line\nend", b"")
        self.write(b".hidden", b"")
        self.write(b"..odd", b"")
        outside = tempfile.mkdtemp(prefix="muster-outside-")
        self.addCleanup(shutil.rmtree, outside)
        with open(os.path.join(outside, "never-told"), "w"):
            pass
        os.symlink(outside, self.path(b"out"))
        os.makedirs(self.path(b"folder/a/b/c"))
        os.makedirs(self.path(b"repository/.git/refs"))
        self.write(b"repository/.git/HEAD", "a" * 40 + "\n")
        self.write(b"repository/.git/config", '[remote "origin"]\n\turl = https://h.test/a.git\n')
        os.mkdir(self.path(b"crowd"))
        for i in range(401):
            self.write(b"crowd/%d" % i, b"")
        expected, depth = set(), len(self.top.split(b"/"))
        for where, folders, files in os.walk(self.top):
            level = len(where.split(b"/")) - depth
            if where.endswith((b"/.git", b"/crowd")) or level > 2:
                folders[:] = []
                continue
            expected.update(os.path.join(where, name) for name in folders + files)
        plain = [name for name in expected if os.path.isfile(name) and not os.path.islink(name) and b"\n" not in name]
        self.assertEqual({row[1]: row[2] for row in self.same_in_all_shells(*(word for name in plain for word in ("--sha", name))) if row[0] == b"sha"}, {name: hashlib.sha256().hexdigest().encode() for name in plain})
        rows = self.same_in_all_shells("--tree", self.top)
        told = {row[1]: row[2:] for row in rows if row[0] == b"path"}
        self.assertEqual(set(told), expected)
        for name, row in told.items():
            seen = os.lstat(name)
            self.assertEqual(row[:4] + row[6:], [kind_of(seen.st_mode), *(b"%x" % seen.st_mode, b"%d" % seen.st_uid, b"%d" % seen.st_gid),
                                                 *(b"%d" % one for one in (seen.st_size, seen.st_mtime, seen.st_ctime, seen.st_nlink))], name)
        self.assertEqual([row[1:] for row in rows if row[0] == b"tree"], [[self.top]])
        self.assertEqual([row for row in rows if row[0] in (b"git", b"remote")], [[b"git", self.path(b"repository"), b"a" * 40, b"", b"unknown"], [b"remote", self.path(b"repository"), b"https://h.test/a.git", b"no"]])
        self.assertEqual([row[1:] for row in rows if row[0] == b"skip"], [[self.path(b"crowd"), b"too-many"]])
        self.assertFalse(any(b"never-told" in field for row in rows for field in row))

    def test_links_stay_in_the_root_and_contents_are_not_read_through_links(self):
        os.makedirs(self.path(b"root/opt/shop"))
        self.write(b"root/opt/shop/.env", "A=1\n")
        self.write(b"outside", "B=2\n")
        for name, target in ((b"old", b"/opt/shop"), (b"away", b"../../../../../../../outside"), (b"secret", self.path(b"outside")), (b"round", b"/round2"), (b"round2", b"round")):
            os.symlink(target, self.path(b"root/" + name))
        names = (b"/old", b"/away", b"/secret", b"/round", b"/old/.env")
        rows = self.same_in_all_shells("--root", self.path(b"root"), *(word for name in names for word in ("--path", name)), "--env", "/old/.env", "--env", "/secret", "--env", "/opt/shop/.env", "--sha", "/away",
                                       "--service", "shop", "--df", "/")
        self.assertEqual({row[1]: row[3:] for row in rows if row[0] == b"link" and row[1] in names},
                         {b"/old": [b"/opt/shop", b"ok"], b"/away": [b"/outside", b"dangling"], b"/secret": [self.path(b"outside"), b"dangling"], b"/round": [b"", b"loop"]})
        self.assertEqual([row[2] for row in rows if row[:2] == [b"path", b"/old/.env"]], [b"file", b"file"])
        self.assertEqual([row[1:4] for row in rows if row[0] == b"env"], [[b"/opt/shop/.env", b"1", b"A"]])
        self.assertEqual({tuple(row[1:]) for row in rows if row[0] == b"skip"},
                         {(b"/old/.env", b"through-link"), (b"/secret", b"link"), (b"/away", b"link"), (b"service shop", b"offline"), (b"df /", b"offline")})

    def test_what_only_looks_like_a_public_value_stays(self):
        table = [(b"=hush1", b""), (b"PORT=1 # hush2", b"inline-comment,withheld"), (b"PORT='hush3' hush4", b"text-behind-quote,withheld"), (b"A=hush5\\", b"backslash"), (b"PORT=hush6", b"continuation"), (b"PORT=\"hush7", b"withheld"), (b"PORT=hush8", b"inside-quote"),
                 (b"\"", b"inside-quote"), (b"KEY=-----BEGIN PRIVATE KEY-----", b""), (b"aHVzaDk=", b"inside-quote"), (b"PORT=hush10", b"inside-quote"), (b"-----END PRIVATE KEY-----", b"inside-quote"), (b"PORT=" + b"eyJhush11", b"refused"),
                 (b"PORT=https://h.test/?a=1&pwd=hush12", b"refused"), (b"PORT=80", b"")]
        env = self.write(b"env", b"\n".join(row for row, _ in table))
        unit = self.write(b"shop.service", "[Service]\nEnvironment=A=1 \\\nType=hush13 \\\n[hush14]\nUser=shop\nExecStart=hush15 x\nExecStop=/bin/sh -c hush16\nhush17=1\n")
        rows = self.same_in_all_shells("--env", env, "--public", "PORT", "--unit", unit, "--sha", env)
        shown = {row[2]: row for row in rows if row[0] == b"env"}
        self.assertEqual([row[8] for row in shown.values() if row[8]], [b"=80"])
        for number, (written, flags) in enumerate(table, 1):
            self.assertEqual(shown[b"%d" % number][7], flags, written)
        self.assertNotIn(b"hush", b"".join(field for row in rows for field in row if row[0] != b"unit" or row[3] != b"hush17"))
        self.assertEqual([row[3:] for row in rows if row[0] == b"unit"], [[b"Environment", b"[masked]"], [b"User", b"shop"], [b"ExecStart", b"[masked]"], [b"ExecStop", b"/bin/sh"], [b"hush17", b"[masked]"]])
        self.assertIn([b"skip", env, b"holds-values"], rows)

    def test_lines_that_would_take_long_are_given_up(self):
        env = self.write(b"env", b"A=1\nPORT=" + b"?&" * 50_000 + b"\nB=2\n")
        rows = self.same_in_all_shells("--env", env, "--public", "PORT")
        self.assertEqual([row[1:] for row in rows if row[0] == b"skip"], [[env, b"too-long"]])
        self.assertEqual([row[3] for row in rows if row[0] == b"env"], [b"A"])

    def test_lines_of_an_environment_file(self):
        table = [(b"A=1", [b"A", b"int", b"1-7", b"none", b""]), (b"B=", [b"B", b"empty", b"0", b"none", b""]), (b"C=\"x y\"", [b"C", b"text", b"1-7", b"double", b""]), (b"D='$x'", [b"D", b"text", b"1-7", b"single", b"dollar"]),
                 (b"E=on\r", [b"E", b"bool", b"1-7", b"none", b"cr"]), (b"  F=changeme123", [b"F", b"placeholder", b"8-15", b"none", b"leading-space"]), (b"G = 3", [b"G", b"int", b"1-7", b"none", b"space-before-equals,space-after-equals"]),
                 (b"H=a # b", [b"H", b"text", b"1-7", b"none", b"inline-comment"]), (b"export I=/opt/x", [b"I", b"path", b"1-7", b"none", b"export"]), (b"just words", [b"?", b"none", b"0", b"none", b"no-equals"]),
                 (b";J=1", [b"?", b"none", b"0", b"none", b"semicolon"]), (b"LOG_SINK=none", [b"LOG_SINK", b"text", b"1-7", b"none", b""]), (b"API_TOKEN=none", [b"API_TOKEN", b"placeholder", b"1-7", b"none", b""]),
                 (b"K=\"a\\\"b\" ", [b"K", b"text", b"1-7", b"double", b"trailing-space,backslash"]), (b"V=  ", [b"V", b"empty", b"0", b"none", b"space-after-equals"]), (b"W= # later", [b"W", b"empty", b"8-15", b"none", b"space-after-equals,inline-comment"]),
                 (b"AA= \"\"", [b"AA", b"empty", b"0", b"double", b"space-after-equals"]), (b"AB=#x", [b"AB", b"text", b"1-7", b"none", b""]), (b"AC=\"\" # x", [b"AC", b"empty", b"0", b"double", b"inline-comment"]),
                 (b"X=todo # later", [b"X", b"placeholder", b"8-15", b"none", b"inline-comment"]), (b"Y=c:\\new", [b"Y", b"text", b"1-7", b"none", b"backslash"]), (b"Z='  '", [b"Z", b"text", b"1-7", b"single", b""]), (b"L=\xc3\xbc", [b"L", b"text", b"1-7", b"none", b""]), (b"1M=x", [b"?", b"text", b"1-7", b"none", b""]),
                 (b"N=https://x.test/a", [b"N", b"url", b"16-31", b"none", b""]), (b"Abcdefghijklmnopqrstuvwxyz=x", [b"?", b"text", b"1-7", b"none", b""]), (b"O=" + b"y" * 70, [b"O", b"text", b"64+", b"none", b""]),
                 (b"P=arn:aws:iam::1:role/x", [b"P", b"arn", b"16-31", b"none", b""]), (b"Q=${X}", [b"Q", b"placeholder", b"1-7", b"none", b"dollar"]), (b"R=\"x\"y", [b"R", b"text", b"1-7", b"double", b"text-behind-quote"]),
                 (b"S=\"open", [b"S", b"text", b"1-7", b"unbalanced", b""]), (b"T=hidden", [b"?", b"none", b"0", b"none", b"inside-quote"]), (b"\" ", [b"?", b"none", b"0", b"none", b"inside-quote"]), (b"U=last", [b"U", b"text", b"1-7", b"none", b""])]
        env = self.write(b"env", b"\n".join(row for row, _ in table))
        rows = [row for row in self.same_in_all_shells("--env", env) if row[0] == b"env"]
        self.assertEqual(len(rows), len(table))
        for number, ((written, expected), row) in enumerate(zip(table, rows), 1):
            with self.subTest(written):
                self.assertEqual(row[2:8], [b"%d" % number, *expected])

    def test_lines_of_a_unit_are_those_that_systemd_reads(self):
        unit = self.write(b"shop.service", "[Service] \n User = root\r\n\tType\t=\toneshot  \nEnvironment=A=b\\\\\nGroup=shop\nExecStart=/bin/true \\\n# not a part of it\n  --user shop\n;Restart=no\nX-Mark=1\nWantedBy=\n")
        rows = self.same_in_all_shells("--unit", unit)
        self.assertEqual([row[2:] for row in rows if row[0] == b"unit"], [[b"[Service]", name, value] for name, value in (
            (b"User", b"root"), (b"Type", b"oneshot"), (b"Environment", b"[masked]"), (b"Group", b"shop"), (b"ExecStart", b"/bin/true"), (b"WantedBy", b""))])
        self.assertEqual([row[1:] for row in rows if row[0] == b"skip"], [])
        rows = self.same_in_all_shells("--unit", self.write(b"cut.service", "[Service]\nUser=shop\nUser=root \\"))
        self.assertEqual([row[1:] for row in rows if row[0] == b"skip"], [[self.path(b"cut.service"), b"unfinished"]])

    def test_what_cannot_be_read_is_told(self):
        os.mkfifo(self.path(b"pipe"))
        cases = {b"pipe": b"fifo", b"none": b"none", b"folder": b"dir"}
        os.mkdir(self.path(b"folder"))
        self.write(b"big", b"x" * 2_000_000)
        self.write(b"nul", b"A=1\0B=2\n")
        cases[b"big"] = b"too-large"
        for option in ("--env", "--sha", "--state"):
            rows = self.same_in_all_shells(*(word for name in cases for word in (option, self.path(name))))
            self.assertEqual({row[1]: row[2] for row in rows if row[0] == b"skip"}, {self.path(name): why for name, why in cases.items()})
            self.assertEqual([row for row in rows if row[0] in (b"env", b"sha", b"state", b"envfile")], [])
        rows = self.same_in_all_shells("--env", self.write(b"nul", b"A=1\0B=2\n"))
        self.assertEqual([row[1:] for row in rows if row[0] == b"skip"], [[self.path(b"nul"), b"nul"]])

    @unittest.skipUnless(os.getuid() == 0, "skipped: needs root to become somebody else")
    def test_not_allowed_to_look_is_not_the_same_as_not_there(self):
        os.mkdir(self.path(b"closed"), 0o700)
        self.write(b"closed/.env", "A=1")
        secret = self.write(b"secret", "A=1", 0o600)
        rows = self.same_in_all_shells("--path", self.path(b"closed/.env"), "--path", self.path(b"open/missing"), "--env", secret, user=65534, group=65534, extra_groups=[])
        told = {row[1]: row[2] for row in rows if row[0] == b"path"}
        self.assertEqual((told[self.path(b"closed/.env")], told[self.path(b"open/missing")], told[secret]), (b"deny", b"none", b"file"))
        self.assertEqual([row[1:] for row in rows if row[0] == b"skip"], [[secret, b"deny"]])

    def test_a_crowded_folder_and_a_repository_that_runs_programs(self):
        os.mkdir(self.path(b"many"))
        for i in range(CROWD):
            os.close(os.open(self.path(b"many/f%d" % i), os.O_CREAT | os.O_WRONLY))
        os.makedirs(self.path(b"many/.git/refs/heads"))
        self.write(b"many/.git/HEAD", "ref: refs/heads/main\n")
        self.write(b"many/.git/refs/heads/main", "a" * 40 + "\n")
        pwned = os.fsdecode(self.path(b"pwned"))
        self.write(b"many/.git/config", f'[core]\n\tfsmonitor = "touch {pwned}"\n[filter "x"]\n\tclean = touch {pwned}\n[remote "origin"]\n\turl = https://bot:t0ken-of-bot@git.example.test/acme/shop.git?x=1\n')
        rows = self.same_in_all_shells("--path", self.path(b"many"), "--tree", self.path(b"many"), "--git", self.path(b"many"))
        self.assertIn([b"skip", self.path(b"many"), b"too-many"], rows)
        self.assertEqual([row[1:] for row in rows if row[0] == b"git"], [[self.path(b"many"), b"a" * 40, b"refs/heads/main", b"unknown"]])
        self.assertEqual([row[1:] for row in rows if row[0] == b"remote"], [[self.path(b"many"), b"https://git.example.test/acme/shop.git", b"yes"]])
        self.assertFalse(os.path.exists(pwned))

    def test_credentials_in_the_configuration_of_a_checkout(self):
        table = [('[remote "o"]\n\tURL=https://tok@h.test/a\n', (b"https://h.test/a", b"yes")), ('[remote "o"] url = https://tok@h.test/a\n', (b"https://h.test/a", b"yes")), ('[remote "o"]\npushurl\t= https://u:tok@h.test/a\n', (b"https://h.test/a", b"yes")),
                 ('[url "https://u:tok@h.test/"]\n\tinsteadOf = https://h.test/\n', (b"url", b"yes")), ('[http "https://h.test/"]\n\textraHeader = AUTHORIZATION: basic tok\n', (b"http.extraheader", b"yes")), ("[include]\n\tpath = /etc/tok\n", (b"", b"unknown")),
                 ('[remote "o"]\n\turl = git@h.test:a.git\n', (b"h.test:a.git", b"no"))]
        os.makedirs(self.path(b"a/.git"))
        self.write(b"a/.git/HEAD", "a" * 40 + "\n")
        for text, expected in table:
            with self.subTest(text):
                self.write(b"a/.git/config", text)
                rows = self.same_in_all_shells("--git", self.path(b"a"))
                self.assertEqual([tuple(row[2:]) for row in rows if row[0] == b"remote"], [expected])
                self.assertNotIn(b"tok@", b"".join(field for row in rows for field in row))

    @unittest.skipUnless(shutil.which("strace"), "skipped: strace is missing")
    def test_nothing_is_written(self):
        env = self.write(b".env", ENV)
        log = os.fsdecode(self.path(b"strace"))
        done = subprocess.run(["strace", "-f", "-qq", "-e", "trace=openat,open,creat,rename,renameat,renameat2,unlink,unlinkat,chmod,fchmodat,mkdir,mkdirat,connect", "-o", log, *SHELLS[0], COLLECT,
                               "--env", env, "--path", env, "--df", "/"], capture_output=True, timeout=60)
        if done.returncode != 0 and b"ptrace" in done.stderr:
            self.skipTest("skipped: strace may not trace here")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(log) as file:
            bad = [row for row in file if ("open" in row and ("O_WRONLY" in row or "O_RDWR" in row or "O_CREAT" in row) and '"/dev/null"' not in row) or
                   any(name + "(" in row for name in ("creat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "chmod", "fchmodat", "mkdir", "mkdirat")) or ("connect(" in row and "ENOENT" not in row)]
        self.assertEqual(bad, [])

    def test_a_wrong_question_is_refused(self):
        for words in (["--path", "opt/shop"], ["--path", "/opt/../etc"], ["--path", "/opt//shop"], ["--path", "/opt/shop/"], ["--path", "/"], ["--path"], ["--nonsense", "x"], ["--path", "/opt/a\nb"], ["--public", ""], ["--public", "A B"], ["--salt", "5a17"], ["--service", "-x"], ["--root", "tree"]):
            for shell in SHELLS:
                with self.subTest(words=words, shell=shell):
                    done = run(shell, *words)
                    self.assertEqual((done.returncode, done.stdout), (2, b""))
                    self.assertIn(b"usage: collect.sh", done.stderr)


if __name__ == "__main__":
    missing = {"dash", "busybox", "bash"} - {shell[0] for shell in SHELLS}
    if missing:
        print("skipped shells that are not here:", ", ".join(sorted(missing)), file=sys.stderr)
    unittest.main()
