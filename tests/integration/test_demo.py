"""`order-projector demo`, as a newcomer runs it."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

COMMAND = (sys.executable, "-m", "order_projector", "demo")
SERVERS = {"tansu", "secantusd-rs"}


def test_a_short_demo_prints_its_table_and_ends_with_all_orders_equal(tmp_path: Path) -> None:
    demo = subprocess.run(
        (*COMMAND, "--orders", "150"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "All equal to the fold of their events: 150 stored orders" in demo.stdout
    rows = (
        "PAID",
        "CANCELED",
        "discounts",
        "refunds",
        "events/s",
        "p50",
        "p99",
        "skipped",
        "flags",
    )
    for row in rows:
        assert row in demo.stdout
    for code in ("invalid_json", "invalid_envelope", "invalid_event", "unknown_order"):
        assert code in demo.stdout
    assert '"rollback_stacked"' in demo.stdout
    assert "produced" not in demo.stdout
    assert "produced" in demo.stderr


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_leaves_everything_running_when_asked_and_stops_it_all_on_a_signal(
    end: signal.Signals, tmp_path: Path
) -> None:
    with subprocess.Popen(
        (*COMMAND, "--orders", "20", "--keep"), cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as demo:
        lines = _until_kept(demo)
        running = psutil.Process(demo.pid).children(recursive=True)
        (metrics,) = (word for line in lines for word in line.split() if word.endswith("/metrics"))
        answer = httpx.get(metrics)
        demo.send_signal(end)
        demo.communicate(timeout=60)

    assert any("mongosh mongodb://" in line for line in lines)
    assert any("--bootstrap-server" in line for line in lines)
    assert [process for process in running if process.is_running()] == []
    assert answer.is_success
    assert "order_projector_events_total" in answer.text
    assert demo.returncode == 0


def test_it_prints_the_address_of_the_order_that_it_showed_and_a_key_to_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        (*COMMAND, "--orders", "20", "--keep"), cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as demo:
        printed = "".join(_until_kept(demo))
        page = re.search(
            r"^  (http://127\.0\.0\.1:\d+)/orders/(\S+)    \(user (\S+), password (\S+)\)$",
            printed,
            re.MULTILINE,
        )
        assert page is not None, printed
        api, place, app_id, token = page.groups()
        key = {"X-App-Id": app_id, "X-App-Token": token}
        read = httpx.get(f"{api}/v1/orders/{place}", headers=key)
        looked_at = httpx.get(f"{api}/orders/{place}", auth=(app_id, token))
        listed = httpx.get(f"{api}/v1/orders", headers=key)
        without = httpx.get(f"{api}/v1/orders/{place}")
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=60)

    shown = json.loads(
        printed.partition("as it is stored and served:\n")[2].partition("\n}\n")[0] + "}"
    )
    assert read.json() == shown
    assert place == shown["id"]
    assert looked_at.status_code == 200
    assert looked_at.headers["Content-Type"].startswith("text/html")
    assert place in looked_at.text
    assert listed.json()["total"] > 0
    assert without.status_code == 401
    assert f"curl -H 'X-App-Id: {app_id}' -H 'X-App-Token: {token}' {read.url}" in printed


def _until_kept(demo: "subprocess.Popen[str]") -> list[str]:
    """Return what a demo prints until it leaves everything running."""
    assert demo.stdout is not None
    lines = []
    for line in demo.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return lines


def test_an_interrupted_demo_stops_everything_it_started(tmp_path: Path) -> None:
    with subprocess.Popen(
        (*COMMAND, "--rate", "10"),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stderr is not None
        for line in demo.stderr:
            if line.startswith("produced"):
                break
        running = psutil.Process(demo.pid).children(recursive=True)
        names = {process.name() for process in running}
        demo.send_signal(signal.SIGINT)
        remarks, _ = demo.communicate(timeout=60)

    assert names >= SERVERS
    assert [process for process in running if process.is_running()] == []
    assert "Interrupted; everything is stopped." in remarks
    assert demo.returncode == 130
