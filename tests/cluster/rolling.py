#!/usr/bin/env python3
"""Restarts, one node of three after the other, while clients send requests through a load balancer: no
request may be lost.

    AGM_BIN=build/dev/agm tests/cluster/rolling.py [haproxy|nginx] [ROUNDS] [SECONDS BETWEEN NODES]
"""
import sys
import time

import machines
from machines import Load, Node, Place, config_of, eventually, free_port, report


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
        return 0 if restarts(nodes, address, rounds, pause) else 1


if __name__ == "__main__":
    sys.exit(main())
