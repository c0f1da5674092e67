"""The consumer: from the poll, through the projection, to the commit of offsets.

Theory of operation. One task polls and processes; aiokafka's own tasks keep the heartbeats. The
consumer is in one of four states:

- *unassigned*: it has no partitions, polls in vain and commits nothing. It starts here, and returns
  here when the group takes its partitions away.
- *polling*: `poller` asks the partitions one by one, less those that `breaker_enforcer` has paused.
  A partition that fails is left alone for a while; if none can be read, the consumer is replaced.
- *processing*: `batch_consumer` holds its lock from the first check of a batch to the last
  acknowledgement of its announcements. A batch waits here for a database or a broker for as long
  as it takes.
- *draining*: the group takes the partitions away (`rebalances`), or the worker stops (`shutdown`).
  The batch in hand, its completion and the slow orders apart from it may finish within a time
  budget; what waits for a service is abandoned at once. What is not finished is not committed, and
  is read again.

Independently of these states, `completion` checks what was announced and then commits the offsets,
one check and one commit at a time; batches that end in between share the next ones.

An `assignment` is one object, made when the group assigns partitions and replaced when it revokes
them: what was read under another one is dropped. Offsets are committed only below everything that
is done. `offsets` asks the brokers every second how far the group has come, whatever the state;
lag, progress and readiness are their answer.
"""
