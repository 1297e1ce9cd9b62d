#!/usr/bin/env python3
"""Network namespaces as machines: three nodes, the server, and HAProxy, each in its own, joined by two
bridges. One node loses the network to the server while clients send requests: no request may be lost, the
node must say that it is degraded, and afterwards all counts must be right.

    AGM_BIN=build/dev/agm tests/cluster/partition.py [SECONDS OF THE PARTITION]

Needs root or user namespaces; where the system allows neither, the test is skipped.
"""
import json
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import machines
from machines import Load, Node, Place, config_of, eventually, report

FRONT = "10.77.1.%d"  # clients, HAProxy and nodes
BACK = "10.77.2.%d"   # nodes and the server
MOCK_PORT, NODE_PORT, SERVER_PORT, BALANCER_PORT = 9100, 9101, 9102, 9103


def enter_namespaces():
    """Runs this script again in a network of its own, which ends with it."""
    if os.environ.get("AGM_TEST_INSIDE"):
        return
    unshare = [machines.find("unshare"), "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        unshare += ["--user", "--map-root-user"]
    machines.find("ip")
    tried = subprocess.run(unshare + ["sh", "-c", " && ".join([
        "mount -t tmpfs tmpfs /run", "ip netns add node", "ip link add front type bridge",
        "ip link add outside type veth peer name inside netns node", "ip netns exec node true"])],
        capture_output=True, text=True)
    if tried.returncode != 0:
        machines.skip("network namespaces are not allowed: " + tried.stderr.strip())
    os.environ["AGM_TEST_INSIDE"] = "1"
    os.execv(unshare[0], unshare + [sys.executable] + sys.argv)


def ip(*arguments):
    subprocess.run(["ip"] + list(arguments), check=True)


def connect(namespace, bridge, address):
    """A cable from the bridge to the namespace; returns its end at the bridge."""
    outside, inside = "%s-%s" % (bridge, namespace), bridge
    ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", namespace)
    ip("link", "set", outside, "master", bridge, "up")
    ip("-n", namespace, "address", "add", address + "/24", "dev", inside)
    ip("-n", namespace, "link", "set", inside, "up")
    return outside


def build_network():
    """Returns the cables of the nodes to the server's network."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    ip("link", "set", "lo", "up")
    for bridge in ("front", "back"):
        ip("link", "add", bridge, "type", "bridge")
        ip("link", "set", bridge, "up")
    ip("address", "add", FRONT % 254 + "/24", "dev", "front")
    for namespace in ("node0", "node1", "node2", "server", "haproxy"):
        ip("netns", "add", namespace)
        ip("-n", namespace, "link", "set", "lo", "up")
    connect("haproxy", "front", FRONT % 20)
    connect("server", "back", BACK % 1)
    cables = []
    for number in range(3):
        connect("node%d" % number, "front", FRONT % (10 + number))
        cables.append(connect("node%d" % number, "back", BACK % (10 + number)))
    return cables


def limited_key(place):
    """A client key with limits: (the key, its table for a node's file)."""
    file = place.path("keys", "config.toml")
    env = dict(os.environ, AGM_CONFIG=file, AGM_STATE_DIR=place.path("keys", "state"))
    made = subprocess.run([place.agm, "keys", "add", "ci", "--rpm", "1000000", "--tokens", "1000M/month",
                           "--scope", "inference,read", "--json"], env=env, capture_output=True, text=True,
                          check=True)
    with open(file) as text:
        table = text.read()
    return json.loads(made.stdout)["key"], table[table.index("[[keys]]"):] + "\n"


def spent(node, key):
    """The tokens of this month, of all nodes, as the node knows them."""
    return json.loads(machines.ask(node.address, "GET", "/agm/me", key=key)[1])["tokens"]["month"]["used"]


def counted(node, *options):
    """(requests, tokens) of `agm stats` on the node."""
    total = json.loads(node.command("stats", "--json", *options))["total"]
    return total["requests"], total["input_tokens"] + total["output_tokens"]


def status(node):
    """What `agm cluster status` on the node says of each node."""
    text = node.command("cluster", "status", "--json")
    try:
        return {each["node"]: each["state"] for each in json.loads(text)["nodes"]}
    except ValueError:
        return text


def check(what, true):
    print("%s: %s" % (what, "yes" if true else "NO"), flush=True)
    return bool(true)


def main():
    enter_namespaces()
    length = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    with Place() as place:
        cables = build_network()
        server = place.server(BACK % 1, SERVER_PORT, "server")
        key, table = limited_key(place)
        nodes = []
        for number in range(3):
            name = "node%d" % number
            upstream = place.mock(MOCK_PORT, name)
            nodes.append(Node(place, name, config_of(upstream, server, name, more=table), FRONT % (10 + number),
                              NODE_PORT, name))
        address = place.balancer("haproxy", BALANCER_PORT, [node.address for node in nodes], "haproxy", FRONT % 20)
        good = check("all nodes are connected", eventually(lambda: not any(n.is_degraded() for n in nodes)))
        assert eventually(lambda: machines.answers(address)), place.read("haproxy.log")
        load = Load(address, key=key)
        time.sleep(2)

        began = time.monotonic()
        ip("link", "set", cables[0], "down")
        good &= check("node0 is degraded", eventually(nodes[0].is_degraded))
        print("  after %.0f ms" % ((time.monotonic() - began) * 1000))
        good &= check("the others are not", not nodes[1].is_degraded() and not nodes[2].is_degraded())
        good &= check("the other nodes' command calls node0 silent",
                      eventually(lambda: status(nodes[1])["node0"] == "silent", length))
        good &= check("its own says that the server does not answer", "cluster's server" in status(nodes[0]))
        time.sleep(max(0.0, began + length - time.monotonic()))
        ip("link", "set", cables[0], "up")
        healed = time.monotonic()
        good &= check("node0 is connected again", eventually(lambda: not nodes[0].is_degraded(), 30))
        print("  %.1f s after the network was" % (time.monotonic() - healed))
        time.sleep(2)
        served, lost, texts = load.stop()
        good &= report("partition of %.0f s" % length, served, lost, texts, load.seconds)

        def agree():
            totals = [counted(node) for node in nodes]
            each = [counted(nodes[1], "--node", node.name) for node in nodes]
            sums = (sum(one[0] for one in each), sum(one[1] for one in each))
            known = [spent(node, key) for node in nodes]
            agree.said = "totals %s, of each node %s, tokens of the key %s" % (totals, each, known)
            return (set(totals) == {sums} and sums[0] == served and set(known) == {sums[1]})

        good &= check("each request is counted once on all nodes", eventually(agree, 20, 0.5))
        print("  " + agree.said)
        good &= check("all nodes are listed as connected", eventually(
            lambda: status(nodes[0]) == {"node%d" % i: "connected" for i in range(3)}))
        return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
