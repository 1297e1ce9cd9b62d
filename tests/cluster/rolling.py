#!/usr/bin/env python3
"""Restarts and changes of settings, one node of three after the other, while clients send requests through
a load balancer: no request may be lost.

    AGM_BIN=build/dev/agm tests/cluster/rolling.py [haproxy|nginx] [ROUNDS] [SECONDS BETWEEN NODES]
"""
import re
import signal
import sys
import time

sys.dont_write_bytecode = True
import machines
from machines import KEY, MODEL, Load, Node, Place, ask, chat, config_of, eventually, free_port, report

NEW_KEY = "sk-agm-test-cluster-new"


def restarts(nodes, address, rounds, pause):
    """Each node stops, starts and is used again before the next one."""
    load = Load(address)
    time.sleep(1)
    took = []
    for _ in range(rounds):
        for node in nodes:
            took.append(node.restart())
            time.sleep(pause)
    good, lost, texts = load.stop()
    print("%d restarts %.1f s apart; a node took %.1f to %.1f s to stop" %
          (len(took), pause, min(took), max(took)))
    return report("rolling restart", good, lost, texts, load.seconds)


def has(node, accounts, model):
    names = {each["name"] for each in node.get("/agm/accounts")["accounts"]}
    said = len(node.said())
    status, _ = ask(node.address, "POST", "/v1/chat/completions", chat("hi", model="team"), NEW_KEY)
    used = lambda: re.findall(r" caller=key-1 .* target=(\S+)", node.said()[said:])
    return names == set(accounts) and status == 200 and eventually(lambda: used() == [model])


def changes(nodes, address, upstream, server):
    """Each node gets a further account, a changed mapping and a further client key, which it reads by itself;
    then the file of the account's key changes, which it reads at SIGHUP; then an account and the first
    client key are removed."""
    to = lambda model: '[proxy.custom_mapping]\nteam = "%s"\n' % model
    key_file = nodes[0].place.path("key")
    third = '[[accounts]]\nname = "third"\napi_key_file = "%s"\nbase_url = "%s"\n' % (key_file, upstream)

    def write_key(text):
        with open(key_file, "w") as file:
            file.write(text)

    def reload(node, change, words):
        said = len(node.said())
        change()
        if not eventually(lambda: "configuration reloaded: " in node.said()[said:]):
            return False
        line = re.search("configuration reloaded: [^\n]*", node.said()[said:]).group()
        print("  %s: %s" % (node.name, line), flush=True)
        return words in line

    def write(node, **parts):
        return lambda: node.write(config_of(upstream, server, node.name, **parts))

    write_key("AIza-third")
    done = all([reload(node, write(node, mapping=to(MODEL)), "") for node in nodes])
    load = Load(address, model="team")
    time.sleep(1)
    for node in nodes:
        done &= reload(node, write(node, mapping=to("gemini-2.5-pro"), more=third, keys=(KEY, NEW_KEY)),
                       "account third added")
        done &= has(node, ["account-0", "account-1", "third"], "gemini-2.5-pro")
        time.sleep(0.5)
    for node in nodes:
        write_key("AIza-third-of-" + node.name)
        done &= reload(node, lambda: node.process.send_signal(signal.SIGHUP), "account third changed")
        time.sleep(0.5)
    for node in nodes:
        done &= reload(node, write(node, mapping=to(MODEL), more=third, accounts=(1,), keys=(KEY, NEW_KEY)),
                       "account account-0 removed")
        done &= has(node, ["account-1", "third"], MODEL)
        time.sleep(0.5)
    good, lost, texts = load.stop()
    if not done:
        print("a node did not apply a change: " + "\n".join(node.said()[-2000:] for node in nodes))
    return report("rolling change of settings", good, lost, texts, load.seconds) and done


def main():
    kind = sys.argv[1] if len(sys.argv) > 1 else "haproxy"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    pause = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
    machines.find(kind)
    machines.find("redis-server", "valkey-server")
    with Place() as place:
        upstream, server = place.mock(), place.server()
        nodes = [Node(place, name, config_of(upstream, server, name)) for name in ("node0", "node1", "node2")]
        address = place.balancer(kind, free_port(), [node.address for node in nodes])
        assert eventually(lambda: all(not node.is_degraded() for node in nodes))
        assert eventually(lambda: machines.answers(address)), place.read(kind + ".log")
        good = restarts(nodes, address, rounds, pause)
        good &= changes(nodes, address, upstream, server)
        return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
