"""The real worker in worlds that are made of one seed each, and in which nearly everything fails.

Real are projection, batch consumer, poller, rebalance listener, publisher and the order
store. Simulated are time and scheduling (`loop`), the connections (`network`), Kafka (`broker`,
`group`) with the clients on it (`consumer`, `producer`), MongoDB (`database`) with its driver
(`driver`), and FastStream's loop (`worker`). `options` expands a seed, `nemesis` injects faults
into processes and services; `checks` and `ending` say what must hold, `defects` what they find.

What the model takes for granted: a request has arrived after three seconds or never will; requests
that wait at a broker are served in the sequence of their arrival; there is one primary at a time;
what a majority has stored is never lost.
"""
