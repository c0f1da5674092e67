"""The real worker in simulated worlds, one for each seed, in which nearly everything fails.

Real are the projection, batch consumer, poller, rebalance listener, publisher and order store.
Simulated are time and scheduling (`loop`), the connections (`network`), Kafka (`broker`, `group`)
with its clients (`consumer`, `producer`), MongoDB (`database`) with its driver (`driver`), and
FastStream's loop (`worker`). `options` expands a seed, `nemesis` injects faults into processes and
services; `checks` and `ending` define what must hold, `defects` what they must find.

The model assumes that a produce request arrives within three seconds or never, that requests
waiting at a broker are served in arrival order, that there is one primary at a time, and that what
a majority has stored is never lost.
"""
