#!/usr/bin/env bash
# The program as a service manager starts it: a passed socket (LISTEN_FDS) and a notify socket. Over
# restarts no connection is refused, because the socket outlives each process.
set -u

agm=${AGM_BIN:?names the program}
restarts=${AGM_TEST_RESTARTS:-5}
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
home=$(mktemp -d) || exit 1
trap 'rm -rf "$home"' EXIT
export HOME=$home AGM_CONFIG=$home/config.toml AGM_STATE_DIR=$home/state NO_COLOR=1

exec python3 - "$agm" "$restarts" "$home" <<'PY'
import os, signal, socket, sys, threading, time

agm, restarts, home = sys.argv[1], int(sys.argv[2]), sys.argv[3]
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(4096)
port = listener.getsockname()[1]
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(home + "/notify")
notify.settimeout(20)

def start():
    pid = os.fork()
    if pid == 0:
        os.dup2(listener.fileno(), 3)
        os.set_inheritable(3, True)
        null = os.open("/dev/null", os.O_RDWR)
        os.dup2(null, 2)
        env = dict(os.environ, LISTEN_PID=str(os.getpid()), LISTEN_FDS="1",
                   NOTIFY_SOCKET=home + "/notify", WATCHDOG_USEC="600000")
        os.execve(agm, [agm, "serve", "--mock"], env)
    return pid

def wait_for(word):
    seen = []
    while True:
        message = notify.recv(4096).decode()
        seen.append(message)
        if word in message:
            return seen

outcomes = {"ok": 0, "refused": 0, "other": 0}
others = []
done = threading.Event()

def ask():
    while not done.is_set():
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
                client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                reply = client.recv(4096)
            whole = reply.startswith(b"HTTP/1.1 200")
            outcomes["ok" if whole else "other"] += 1
            if not whole:
                others.append(reply[:200])
        except ConnectionRefusedError:
            outcomes["refused"] += 1
        except OSError as error:
            outcomes["other"] += 1
            others.append(error)

pid = start()
wait_for("READY=1")
wait_for("WATCHDOG=1")
os.kill(pid, signal.SIGHUP)
wait_for("RELOADING=1")
wait_for("READY=1")
threads = [threading.Thread(target=ask) for _ in range(2)]
for thread in threads:
    thread.start()
for _ in range(restarts):
    os.kill(pid, signal.SIGTERM)
    wait_for("STOPPING=1")
    _, status = os.waitpid(pid, 0)
    assert status == 0, f"agm ended with {status}"
    pid = start()
    wait_for("READY=1")
done.set()
for thread in threads:
    thread.join()
os.kill(pid, signal.SIGTERM)
os.waitpid(pid, 0)
print(f"{restarts} restarts: {outcomes}")
assert outcomes["refused"] == 0 and outcomes["other"] == 0 and outcomes["ok"] > 0, others
PY
