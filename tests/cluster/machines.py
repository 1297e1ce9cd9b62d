"""Machines of a cluster as processes, for the tests in this folder: the upstream (agm mock), the server
(redis-server or valkey-server), nodes (agm serve), a load balancer with the configuration that
man/cluster.md shows, and clients that count what they lose. Everything ends with the object `Place`.
"""
import collections
import json
import multiprocessing
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

MODEL = "gemini-2.5-flash"
KEY = "sk-agm-test-cluster"
SKIP = 77
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def skip(reason):
    print("skipped: " + reason)
    sys.exit(SKIP)


def find(*names):
    """The first of these programs that this machine has; otherwise the test is skipped."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin"
    for name in names:
        found = shutil.which(name, path=path)
        if found:
            return found
    skip(names[0] + " is not installed")


def eventually(true, seconds=20, every=0.02):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(every)
    return bool(true())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Connection:
    """One connection of a client, which stays open as long as the other side lets it."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.bytes = b""

    def close(self):
        self.socket.close()

    def fill(self):
        got = self.socket.recv(65536)
        if not got:
            raise ConnectionError("closed after %r" % self.bytes[:200])
        self.bytes += got

    def take(self, size):
        while len(self.bytes) < size:
            self.fill()
        taken, self.bytes = self.bytes[:size], self.bytes[size:]
        return taken

    def line(self):
        while b"\r\n" not in self.bytes:
            self.fill()
        line, self.bytes = self.bytes.split(b"\r\n", 1)
        return line

    def chunks(self):
        body = b""
        while True:
            size = int(self.line(), 16)
            body += self.take(size)
            self.line()
            if size == 0:
                return body

    def ask(self, method, path, body=None, key=KEY):
        """Sends a request; returns (status, body, True if the connection stays open)."""
        data = b"" if body is None else json.dumps(body).encode()
        head = "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n" % (method, path, key)
        if data:
            head += "Content-Type: application/json\r\nContent-Length: %d\r\n" % len(data)
        self.socket.sendall(head.encode() + b"\r\n" + data)
        status = int(self.line().split(b" ")[1])
        headers = {}
        while True:
            line = self.line()
            if not line:
                break
            name, value = line.split(b":", 1)
            headers[name.strip().lower()] = value.strip().lower()
        chunked = headers.get(b"transfer-encoding") == b"chunked"
        answer = self.chunks() if chunked else self.take(int(headers.get(b"content-length", 0)))
        return status, answer, headers.get(b"connection") != b"close"


def ask(address, method, path, body=None, key=KEY):
    connection = Connection(address)
    try:
        status, answer, _ = connection.ask(method, path, body, key)
        return status, answer
    finally:
        connection.close()


def answers(address):
    try:
        return ask(address, "GET", "/healthz")[0] == 200
    except OSError:
        return False


def chat(text, stream=False, model=MODEL):
    return {"model": model, "stream": stream, "messages": [{"role": "user", "content": text}]}


def work(address, number, key, model, over, told):
    """A client process: sends requests until `over`, each eighth one streamed, and tells the outcomes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection, outcomes, lost, count = None, collections.Counter(), [], 0
    while not over.is_set():
        count += 1
        stream = count % 8 == 0
        began = time.time()
        try:
            connection = connection or Connection(address)
            status, body, stays = connection.ask(
                "POST", "/v1/chat/completions",
                chat("client %d, conversation %d" % (number, count // 4), stream, model), key)
            whole = status == 200 and (not stream or b"[DONE]" in body)
            what = "200" if whole else "%d %r" % (status, body[:300])
        except (OSError, ValueError) as error:
            whole, stays, what = False, False, repr(error)
        outcomes["good" if whole else "lost"] += 1
        if not whole:
            lost.append("%s: %s" % (time.strftime("%H:%M:%S", time.localtime(began)), what))
        if not stays:
            if connection is not None:
                connection.close()
            connection = None
    told.put((outcomes["good"], outcomes["lost"], lost[:20]))


class Load:
    """Clients that send requests to an address, each over one connection, until stop()."""

    def __init__(self, address, clients=4, key=KEY, model=MODEL):
        context = multiprocessing.get_context("fork")
        self.over, self.told = context.Event(), context.Queue()
        self.began = time.monotonic()
        self.clients = [context.Process(target=work, args=(address, i, key, model, self.over, self.told), daemon=True)
                        for i in range(clients)]
        for client in self.clients:
            client.start()

    def stop(self):
        """Returns (good, lost, what was lost)."""
        self.over.set()
        told = [self.told.get(timeout=60) for _ in self.clients]
        for client in self.clients:
            client.join()
        self.seconds = time.monotonic() - self.began
        return (sum(each[0] for each in told), sum(each[1] for each in told),
                [text for each in told for text in each[2]])


class Place:
    """Starts processes in a folder of its own, each in a network namespace if one is given."""

    def __init__(self):
        self.agm = os.environ.get("AGM_BIN") or skip("AGM_BIN does not name the program")
        self.folder = tempfile.mkdtemp(prefix="agm-cluster-")
        os.chmod(self.folder, 0o755)
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        for process in reversed(self.running):
            if process.poll() is None:
                process.terminate()  # nginx ends its workers
        for process in self.running:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if failure[0] and os.environ.get("AGM_TEST_KEEP"):
            print("kept: " + self.folder, file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *parts):
        path = os.path.join(self.folder, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def run(self, command, log, namespace=None, env=None):
        if namespace:
            command = ["ip", "netns", "exec", namespace] + command
        with open(self.path(log), "ab") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env)
        self.running.append(process)
        return process

    def read(self, log):
        with open(self.path(log), errors="replace") as text:
            return text.read()

    def mock(self, port=None, namespace=None):
        port = port or free_port()
        log = "mock-%s.log" % (namespace or "here")
        self.run([self.agm, "mock", "--port", str(port), "--pace", "5"], log, namespace)
        assert eventually(lambda: "Mock of" in self.read(log)), self.read(log)
        return "http://127.0.0.1:%d" % port

    def server(self, host="127.0.0.1", port=None, namespace=None):
        """redis-server on TCP; returns its address as `[cluster] url`."""
        port = port or free_port()
        program = find("redis-server", "valkey-server")
        self.run([program, "--bind", host, "--port", str(port), "--save", "", "--appendonly", "no",
                  "--protected-mode", "no", "--dir", self.folder], "server.log", namespace)
        assert eventually(lambda: "eady to accept connections" in self.read("server.log"))
        return "redis://%s:%d/0" % (host, port)

    def balancer(self, kind, port, nodes, namespace=None, host="127.0.0.1"):
        """HAProxy or nginx with the configuration in man/cluster.md, for these addresses."""
        text = shown_configuration(kind, host, port, nodes)
        if kind == "nginx":
            text = ("worker_processes 1;\ndaemon off;\npid %s;\nerror_log stderr warn;\nevents {\n"
                    "  worker_connections 1000;\n}\nhttp {\n  access_log off;\n" %
                    self.path("nginx.pid")) + text + "}\n"
        with open(self.path(kind + ".conf"), "w") as file:
            file.write(text)
        command = [find(kind), "-f" if kind == "haproxy" else "-c", self.path(kind + ".conf")]
        self.run(command, kind + ".log", namespace)
        return host, port


def shown_configuration(kind, host, port, nodes):
    """The balancer's configuration in man/cluster.md, with other addresses."""
    with open(os.path.join(ROOT, "man", "cluster.md")) as page:
        text = page.read()
    name = {"haproxy": "HAProxy", "nginx": "nginx"}[kind]
    section = re.search(r"^%s \([^\n]*:\n\n((?:    [^\n]*\n|\n)+)" % name, text, re.M).group(1)
    config = "".join(line[4:] if line.strip() else line for line in section.splitlines(True))
    for number, (address, node_port) in enumerate(nodes):
        config = config.replace("10.0.0.1%d:8045" % (number + 1), "%s:%d" % (address, node_port))
    config = re.sub(r"(bind|listen) :?8045", r"\g<1> %s:%d" % (host, port), config)
    assert "10.0.0.1" not in config and "8045" not in config, config
    return config


class Node:
    """One `agm serve` with its own folder. `config` is the text of its file; write() changes it."""

    def __init__(self, place, name, config, host="127.0.0.1", port=None, namespace=None):
        self.place, self.name, self.namespace = place, name, namespace
        self.address = host, port or free_port()
        self.log = name + ".log"
        self.write(config)
        self.start()

    def write(self, config):
        self.config = config
        new = self.place.path(self.name, "config.toml.new")
        with open(new, "w") as file:
            file.write(config)
        os.chmod(new, 0o600)
        os.rename(new, self.place.path(self.name, "config.toml"))

    def env(self):
        return {"PATH": os.environ["PATH"], "HOME": self.place.path(self.name, "home"), "NO_COLOR": "1",
                "AGM_CONFIG": self.place.path(self.name, "config.toml"),
                "AGM_STATE_DIR": self.place.path(self.name, "state")}

    def start(self):
        said = len(self.said())
        host, port = self.address
        self.process = self.place.run([self.place.agm, "serve", "--host", host, "--port", str(port)],
                                      self.log, self.namespace, self.env())
        assert eventually(lambda: "listens on" in self.said()[said:], 60), self.said()

    def stop(self):
        """SIGTERM; returns how many seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        status = self.process.wait(timeout=60)
        assert status == 0, "%s ended with %s: %s" % (self.name, status, self.said())
        return time.monotonic() - began

    def restart(self):
        took = self.stop()
        self.start()
        return took

    def said(self):
        log = self.place.path(self.log)
        return self.place.read(self.log) if os.path.exists(log) else ""

    def get(self, path):
        return json.loads(ask(self.address, "GET", path)[1])

    def command(self, *arguments):
        """Runs `agm ARGUMENTS` as this node's user; returns its standard output."""
        command = [self.place.agm] + list(arguments)
        if self.namespace:
            command = ["ip", "netns", "exec", self.namespace] + command
        ran = subprocess.run(command, env=self.env(), capture_output=True, text=True, timeout=30)
        return ran.stdout + (ran.stderr if ran.returncode else "")

    def is_degraded(self):
        return self.get("/readyz").get("degraded", True)


def config_of(upstream, server, name, more="", mapping="", accounts=(0, 1), keys=(KEY,)):
    """A node's configuration: accounts at the mock, client keys, and the server."""
    text = '[proxy]\nauth_mode = "all_except_health"\nscheduling = "balance"\napi_keys = [%s]\n' % ", ".join(
        '{ name = "key-%d", key = "%s" }' % each for each in enumerate(keys))
    text += mapping
    for number in accounts:
        text += '[[accounts]]\nname = "account-%d"\napi_key = "AIza-account-%d"\nbase_url = "%s"\n' % (
            number, number, upstream)
    return text + more + '[cluster]\nurl = "%s"\nnode = "%s"\n' % (server, name)


def report(what, good, lost, texts, seconds):
    print("%s: %d lost of %d requests in %.1f s" % (what, lost, good + lost, seconds), flush=True)
    for text in texts[:10]:
        print("  lost at " + text, flush=True)
    return lost == 0 and good > 0
