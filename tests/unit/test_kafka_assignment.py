"""An assignment knows how far the group may commit, and nothing of earlier assignments."""

from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord

from order_projector.adapters.kafka.consumer.assignment import Assignment, unassigned

FIRST, SECOND = TopicPartition("t", 0), TopicPartition("t", 1)


def checked(assignment: Assignment) -> Assignment:
    """Return the assignment after a check of everything announced."""
    assignment.checked |= assignment.processed
    return assignment


def raw(at: TopicPartition, offset: int) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(at.topic, at.partition, offset, 7, 0, None, b"", None, -1, 0, ())


def test_the_offset_after_the_last_processed_record_of_each_partition_is_to_be_committed() -> None:
    assignment = Assignment()
    assignment.record_processed([raw(FIRST, 3), raw(SECOND, 8), raw(FIRST, 4)], withheld=())
    assert checked(assignment).uncommitted({}) == {FIRST: 5, SECOND: 9}


def test_what_was_announced_and_not_checked_is_not_to_be_committed() -> None:
    assignment = Assignment()
    assignment.record_processed([raw(FIRST, 3)], withheld=())
    assert assignment.uncommitted({}) == {}


def test_a_withheld_partition_keeps_its_offset() -> None:
    assignment = Assignment()
    assignment.record_processed([raw(FIRST, 3), raw(SECOND, 8)], withheld={("t", 1)})
    assert checked(assignment).uncommitted({}) == {FIRST: 4}


def test_no_offset_beyond_an_unfinished_record_is_to_be_committed() -> None:
    assignment = Assignment()
    assignment.record_processed([raw(FIRST, 3), raw(FIRST, 4)], withheld=())
    assert checked(assignment).uncommitted({("t", 0): 4}) == {FIRST: 4}


def test_a_committed_offset_is_not_committed_again() -> None:
    assignment = Assignment(committed={FIRST: 4})
    assignment.record_processed([raw(FIRST, 3), raw(SECOND, 8)], withheld=())
    assert checked(assignment).uncommitted({}) == {SECOND: 9}


def test_two_assignments_of_the_same_partitions_are_different() -> None:
    assert Assignment() != Assignment()
    assert not unassigned().is_open
