"""Counters and histograms exist before their first event, by whatever label is known by then."""

import builtins
from typing import get_args

import aiokafka.errors
from prometheus_client import CollectorRegistry

from order_projector.events.decode import FAILED, inbound
from order_projector.projection.metrics import StageName
from order_projector.projection.worker_state import WorkerState
from order_projector.telemetry.labels import COMMIT_ERRORS, POLL_ERRORS
from order_projector.telemetry.metrics import Metrics

TOPICS = ("order.updated", "dead-letters")


def from_the_start() -> dict[str, list[dict[str, str]]]:
    """Return the labels of every sample of a worker that has done nothing, by its name."""
    registry, found = CollectorRegistry(), dict[str, list[dict[str, str]]]()
    Metrics(registry, WorkerState(), TOPICS)
    for family in registry.collect():
        assert family.samples, f"{family.name} has no sample"
        for sample in family.samples:
            found.setdefault(sample.name.removeprefix("order_projector_"), []).append(sample.labels)
    return found


def test_every_metric_has_a_sample_before_its_first_event() -> None:
    assert from_the_start()


def test_events_are_counted_from_the_start_by_every_type_and_what_can_become_of_it() -> None:
    counted = {(each["type"], each["outcome"]) for each in from_the_start()["events_total"]}

    known = [name for name, _ in inbound()]
    became = ("applied", "duplicate", "redelivered", "rejected")
    assert counted == {
        *((name, outcome) for name in known for outcome in became),
        *((reason, "skipped") for reason in ("foreign", "no_order", "erased", *FAILED)),
        ("invalid", "rejected"),
    }


def test_every_stage_is_measured_from_the_start() -> None:
    stages = {each["stage"] for each in from_the_start()["stage_seconds_count"]}
    assert stages == {*get_args(StageName)}


def test_messages_are_counted_from_the_start_by_the_topics_that_are_written() -> None:
    samples = from_the_start()
    for name in ("published_messages_total", "unpublished_messages_total"):
        assert [each["topic"] for each in samples[name]] == [*TOPICS]


def test_batches_are_counted_from_the_start_by_every_reason_to_abandon_one() -> None:
    reasons = {each["reason"] for each in from_the_start()["batches_abandoned_total"]}
    assert reasons == {"shutdown", "rebalance"}


def test_errors_of_the_broker_are_counted_from_the_start_by_names_that_there_are() -> None:
    samples = from_the_start()
    for name, errors in (
        ("commit_failures_total", COMMIT_ERRORS),
        ("consumer_errors_total", POLL_ERRORS),
    ):
        assert [each["error"] for each in samples[name]] == [*errors]
        assert all(hasattr(aiokafka.errors, each) or hasattr(builtins, each) for each in errors)
