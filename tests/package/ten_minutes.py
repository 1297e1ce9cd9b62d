#!/usr/bin/env python3
"""Plays a new user's first ten minutes with the .deb, in a root file system of its own, on a terminal of
80 columns, and prints the recording: what was typed, what came back, and when. Google is played by
`agm mock`. A step that does not say what it should ends the script with status 1. It needs root and a copy
of the file system that it may change, with nothing installed but the system's base.

    ten_minutes.py ROOT DEB
"""
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time

root, deb = os.path.realpath(sys.argv[1]), sys.argv[2]
PROMPT = "$ "
MARK = "\x1b]0;ready\x07"  # sets a window's title: the terminal's user does not see it


class Terminal:
    """A shell of the new user in the root file system."""

    def __init__(self):
        pid, self.fd = pty.fork()
        if pid == 0:
            os.chroot(root)
            os.chdir("/root")
            os.execve("/bin/bash", ["bash", "--norc", "--noprofile"],
                      {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "TERM": "xterm", "LANG": "C.UTF-8",
                       "DEBIAN_FRONTEND": "noninteractive", "PS1": MARK + PROMPT})
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
        self.began = time.monotonic()
        self.read_until(MARK + PROMPT, 10)

    def read_until(self, end, seconds):
        """What comes up to the text `end`."""
        got, limit = "", time.monotonic() + seconds
        while end not in got:
            ready, _, _ = select.select([self.fd], [], [], max(0, limit - time.monotonic()))
            if not ready:
                raise SystemExit(f"no {end!r} after {seconds} s, only:\n{got}")
            got += os.read(self.fd, 65536).decode(errors="replace")
        return got[:got.index(end)]

    def type(self, line):
        os.write(self.fd, line.encode() + b"\n")


def shown(text):
    """Text as a person sees it: without the terminal's control sequences."""
    text = re.sub(r"\x1b\][^\x07]*\x07|\x1b\[[0-9;?]*[A-Za-z]", "", text)
    return "\n".join(line.split("\r")[-1].rstrip() for line in text.replace("\r\n", "\n").split("\n"))


def step(terminal, line, *expected, answers=(), seconds=60, last=0):
    """Types a line, answers what it asks, and checks what it says. `last`: show that many lines only."""
    at = time.monotonic() - terminal.began
    terminal.type(line)
    said = ""
    for question, answer in answers:
        said += terminal.read_until(question, seconds) + question
        time.sleep(0.3)  # no person answers faster
        terminal.type(answer)
    said += terminal.read_until(MARK + PROMPT, seconds)
    took = time.monotonic() - terminal.began - at
    lines = shown(said).strip("\n").split("\n")
    if last and len(lines) > last + 1:
        lines = lines[:1] + ["[...]"] + lines[-last:]
    print(f"[{at:6.1f} s, took {took:.1f} s] $", "\n".join(lines), flush=True)
    missing = [word for word in expected if not re.search(word, shown(said))]
    if missing:
        raise SystemExit(f"FAILED: `{line}` did not say {missing}")


def main():
    mounted = []
    for place in ("/proc", "/dev"):
        os.makedirs(root + place, exist_ok=True)
        subprocess.run(["mount", "--rbind", place, root + place], check=True)
        # So that unmounting it here leaves the system's own in place.
        subprocess.run(["mount", "--make-rslave", root + place], check=True)
        mounted.insert(0, root + place)
    shutil.copy(deb, root + "/root/agm.deb")
    terminal = Terminal()
    try:
        play(terminal)
        print(f"\nall of it took {time.monotonic() - terminal.began:.0f} s")
    finally:
        terminal.type("kill $(jobs -p); wait; exit")
        time.sleep(3)  # the gateway takes its last requests
        os.close(terminal.fd)
        for place in mounted:
            subprocess.run(["umount", "-l", place], check=False)


def play(terminal):
    step(terminal, "apt-get install -y -qq ./agm.deb", "Setting up agm", seconds=300, last=3)
    step(terminal, "agm", "No account yet", "agm accounts add", "agm serve --mock")
    step(terminal, "agm mock --port 9471 & sleep 1", "Mock of the Gemini API")
    add = "agm accounts add work --base-url http://127.0.0.1:9471"
    step(terminal, add, "aistudio.google.com/apikey", "agm serve", answers=[("API key for work: ", "k1")])
    step(terminal, "agm serve 2>serve.log & sleep 2; cat serve.log", "http://127.0.0.1:8045")
    step(terminal, "agm", "running|serves|ready")
    step(terminal, "agm probe --only health,chat,stream", "chat")
    step(terminal, "agm clients", "codex", "opencode")
    step(terminal, "agm clients set codex --dry-run", "model_provider")
    step(terminal, "agm accounts list", "work", "ready")
    step(terminal, "agm stats", "gemini")
    # Hours later Google takes the key no more.
    step(terminal, "agm accounts add work --no-check", answers=[("): ", "k1-key-invalid")])
    step(terminal, "sleep 2; agm probe --only chat", "403", "agm accounts add NAME")
    step(terminal, "sleep 1; agm logs --failed", "40[0-9]", "work")
    step(terminal, "agm accounts list", "quarantined")
    step(terminal, "agm accounts add work", "Next|Good|ready", answers=[("): ", "k2")])
    step(terminal, "sleep 2; agm probe --only chat", "chat")
    step(terminal, "agm accounts list", "work", "ready")


main()
