"""Alerts and dashboard use metrics that are exported, and every alert has a remedy."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client import CollectorRegistry

from order_projector.api.metrics import ApiMetrics
from order_projector.projection.worker_state import WorkerState
from order_projector.telemetry.collectors import BreakerCollector, LagCollector
from order_projector.telemetry.metrics import Metrics

ROOT = Path(__file__).parents[2]
OBSERVABILITY = ROOT / "deploy" / "observability"
OF_SUFFIXES = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_count", "_sum"),
    "info": ("_info",),
}


def exported() -> set[str]:
    """Return the names of the series that a worker or an API exports."""
    registry = CollectorRegistry()
    Metrics(registry, WorkerState())
    registry.register(LagCollector(tuple))
    registry.register(BreakerCollector(dict))
    ApiMetrics(registry)
    return {
        f"{family.name}{suffix}"
        for family in registry.collect()
        for suffix in OF_SUFFIXES.get(family.type, ("",))
    }


def rules() -> list[dict[str, Any]]:
    """Return the alert rules."""
    groups = yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    """Return the dashboard."""
    found: dict[str, Any] = json.loads((OBSERVABILITY / "dashboard.json").read_text())
    return found


def queries() -> Iterator[str]:
    """Yield every query of the dashboard."""
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]


def used_in(expression: str) -> set[str]:
    """Return our own metrics in an expression."""
    return set(re.findall(r"\border_projector_\w+", expression))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_uses_exported_metrics_only(rule: dict[str, Any]) -> None:
    assert used_in(rule["expr"]) <= exported()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_has_a_severity_and_a_paragraph_in_the_handbook(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
    assert f"\n## {rule['alert']}\n" in (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_is_tested_by_promtool(rule: dict[str, Any]) -> None:
    assert rule["alert"] in (OBSERVABILITY / "alerts_test.yml").read_text()


def test_kubernetes_gets_the_same_alert_rules() -> None:
    """The production overlay has the groups of `alerts.yml`; `make prometheus-rule` copies them."""
    overlay = ROOT / "deploy" / "kubernetes" / "overlays" / "production"
    resource = yaml.safe_load((overlay / "prometheusrule.yaml").read_text())
    assert resource["spec"] == yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text())
    overlaid = yaml.safe_load((overlay / "kustomization.yaml").read_text())["resources"]
    assert "prometheusrule.yaml" in overlaid


def test_the_dashboard_uses_exported_metrics_only() -> None:
    assert {name for query in queries() for name in used_in(query)} <= exported()


def test_the_dashboard_shows_every_metric_but_for_the_details_of_a_breaker() -> None:
    shown = {name for query in queries() for name in used_in(query)}
    families = {name for name in exported() if not name.endswith(("_count", "_sum"))}
    assert families - shown == {
        "order_projector_batches_abandoned_total",
        "order_projector_batch_failures_total",
        "order_projector_breaker_first_offset",
        "order_projector_breaker_last_offset",
        "order_projector_commit_failures_total",
        "order_projector_consumer_errors_total",
        "order_projector_events_apart",
        "order_projector_orders_sent_apart_total",
        "order_projector_published_messages_total",
        "order_projector_unpublished_messages_total",
    }


def test_grafanas_published_types_hold_every_member_of_the_dashboard() -> None:
    read = Dashboard.from_json(dashboard())
    assert not missing(dashboard(), json.loads(JSONEncoder(sort_keys=True).encode(read)))


def missing(ours: Any, read: Any, at: str = "") -> list[str]:
    """Return the paths of what is missing from the other value, or differs there."""
    match ours, read:
        case dict(), dict():
            return [
                each for key in ours for each in missing(ours[key], read.get(key), f"{at}.{key}")
            ]
        case list(), list() if len(ours) == len(read):
            return [
                each
                for nth, pair in enumerate(zip(ours, read, strict=True))
                for each in missing(*pair, f"{at}[{nth}]")
            ]
        case _:
            return [] if ours == read else [at]
