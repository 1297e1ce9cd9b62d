#!/usr/bin/env python3
"""Does with the installed agm what systemd does with agm.socket and agm.service: holds the socket, starts
the program as the user agm with the unit's environment, and restarts it after an upgrade. Streams that
began before the upgrade must end whole, and no connection may be refused.

    service.py ROOT DEB          DEB is a path inside ROOT
"""
import os
import signal
import socket
import subprocess
import sys
import threading
import time

root, deb = sys.argv[1], sys.argv[2]
STREAMS = 20

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(4096)
port = listener.getsockname()[1]
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify_path = "/run/agm-notify"
if os.path.exists(root + notify_path):
    os.unlink(root + notify_path)
os.makedirs(root + "/run", exist_ok=True)
notify.bind(root + notify_path)
os.chmod(root + notify_path, 0o666)
notify.settimeout(30)

# The unit's environment and user.
unit = open(root + "/usr/lib/systemd/system/agm.service").read()
environment = {"PATH": "/usr/bin", "HOME": "/var/lib/agm"}
for line in unit.splitlines():
    if line.startswith("Environment="):
        environment.update(pair.split("=", 1) for pair in line[len("Environment="):].split())
user = next(line.split(":") for line in open(root + "/etc/passwd") if line.startswith("agm:"))


def start():
    pid = os.fork()
    if pid == 0:
        os.dup2(listener.fileno(), 3)
        os.set_inheritable(3, True)
        os.chroot(root)
        os.chdir("/")
        os.setgroups([])
        os.setgid(int(user[3]))
        os.setuid(int(user[2]))
        os.umask(0o027)
        log = os.open("/var/lib/agm/log", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        os.dup2(log, 2)
        env = dict(environment, LISTEN_PID=str(os.getpid()), LISTEN_FDS="1",
                   NOTIFY_SOCKET=notify_path, WATCHDOG_USEC="30000000")
        os.execve("/usr/bin/agm", ["agm", "serve", "--mock"], env)
    while "READY=1" not in notify.recv(4096).decode():
        pass
    return pid


BODY = (b'{"model":"gemini-3-flash","stream":true,"messages":[{"role":"user","content":"'
        + b"word " * 3000 + b'"}]}')


def head(path, length):
    return (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {length}\r\nConnection: close\r\n\r\n").encode()


outcomes = {"whole": 0, "cut": 0, "refused": 0, "ok": 0, "other": 0}
lock = threading.Lock()


def note(word):
    with lock:
        outcomes[word] += 1


def stream():
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(head("/v1/chat/completions", len(BODY)) + BODY)
        got = client.recv(200)
        started.release()
        while True:
            time.sleep(0.02)  # a slow reader, so that the stream lasts over the upgrade
            more = client.recv(400)
            if not more:
                break
            got = (got + more)[-400:]
    note("whole" if b"data: [DONE]" in got else "cut")


def knock():
    while not done.is_set():
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
                client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                note("ok" if client.recv(400).startswith(b"HTTP/1.1 200") else "other")
        except ConnectionRefusedError:
            note("refused")
        except OSError:
            note("other")
        time.sleep(0.01)


started = threading.Semaphore(0)
done = threading.Event()
began = time.monotonic()
pid = start()
print(f"ready {time.monotonic() - began:.2f} s after the start, as the user {user[0]}")
streams = [threading.Thread(target=stream) for _ in range(STREAMS)]
knocker = threading.Thread(target=knock)
for thread in streams + [knocker]:
    thread.start()
for _ in range(STREAMS):
    started.acquire()
before = os.stat(root + "/usr/bin/agm").st_ino
upgraded = subprocess.run(["chroot", root, "dpkg", "-i", deb], capture_output=True, text=True)
assert upgraded.returncode == 0, upgraded.stdout + upgraded.stderr
assert os.stat(root + "/usr/bin/agm").st_ino != before, "the program is the same file"
running = sum(thread.is_alive() for thread in streams)
os.kill(pid, signal.SIGTERM)
assert running > 0, "no stream was running any more"
_, status = os.waitpid(pid, 0)
assert status == 0, f"agm ended with {status}"
pid = start()
for thread in streams:
    thread.join()
time.sleep(0.3)
done.set()
knocker.join()
os.kill(pid, signal.SIGTERM)
_, status = os.waitpid(pid, 0)
print(f"upgraded while {running} of {STREAMS} streams ran: {outcomes}")
assert status == 0, f"agm ended with {status}"
assert outcomes["cut"] == outcomes["refused"] == outcomes["other"] == 0, outcomes
assert outcomes["whole"] == STREAMS and outcomes["ok"] > 0, outcomes
