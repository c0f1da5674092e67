"""Grafana in `docker-compose.yml` finds the dashboard, and the Prometheus beside it."""

import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
OBSERVABILITY = ROOT / "deploy" / "observability"
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
GRAFANA = SERVICES["grafana"]


def provisioned(kind: str) -> dict[str, Any]:
    """Return the file that Grafana reads for what it provisions of a kind."""
    (file,) = [
        source for source, target in mounts() if f"/provisioning/{kind}/" in target.as_posix()
    ]
    found: dict[str, Any] = yaml.safe_load(file.read_text())
    return found


def mounts() -> list[tuple[Path, PurePosixPath]]:
    """Return the files that are mounted, and where."""
    parts = [volume.split(":") for volume in GRAFANA["volumes"] if volume.startswith("./")]
    assert all(mode == "ro" for _, _, mode in parts)
    return [(ROOT / source, PurePosixPath(target)) for source, target, _ in parts]


def test_every_file_that_is_mounted_is_there_under_a_name_that_grafana_reads() -> None:
    assert all(source.is_file() for source, _ in mounts())
    assert {target.as_posix() for _, target in mounts()} == {
        "/etc/grafana/provisioning/datasources/order-projector.yml",
        "/etc/grafana/provisioning/dashboards/order-projector.yml",
        "/etc/grafana/dashboards/order-projector.json",
    }


def test_the_source_is_the_prometheus_of_the_compose_file_asked_as_often_as_it_scrapes() -> None:
    document = provisioned("datasources")
    (source,) = document["datasources"]
    scrapes = yaml.safe_load((OBSERVABILITY / "prometheus.yml").read_text())["global"]

    assert (document["apiVersion"], source["access"], source["isDefault"]) == (1, "proxy", True)
    assert re.fullmatch(r"http://(\w+):(\d+)", source["url"]).groups() == ("prometheus", "9090")  # type: ignore[union-attr]
    assert SERVICES["prometheus"]["ports"][0].endswith(":9090")
    assert source["jsonData"]["timeInterval"] == scrapes["scrape_interval"]


def test_the_dashboard_asks_a_source_of_the_kind_that_is_provisioned() -> None:
    dashboard = json.loads((OBSERVABILITY / "dashboard.json").read_text())
    (variable,) = [it for it in dashboard["templating"]["list"] if it["type"] == "datasource"]
    asked = {panel["datasource"]["uid"] for panel in dashboard["panels"] if panel.get("datasource")}

    assert variable["query"] == provisioned("datasources")["datasources"][0]["type"]
    assert asked <= {f"${{{variable['name']}}}"}


def test_the_dashboard_is_in_the_folder_that_grafana_is_told_and_is_its_home() -> None:
    document = provisioned("dashboards")
    (provider,) = document["providers"]
    (at,) = [target for source, target in mounts() if source.name == "dashboard.json"]

    assert (document["apiVersion"], provider["type"]) == (1, "file")
    assert provider["options"]["path"] == at.parent.as_posix()
    assert GRAFANA["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] == at.as_posix()


def test_whoever_looks_at_grafana_can_change_nothing_in_it() -> None:
    settings = GRAFANA["environment"]
    assert settings["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    assert settings["GF_AUTH_BASIC_ENABLED"] == "false"
    assert settings["GF_AUTH_DISABLE_LOGIN_FORM"] == "true"
    (provider,) = provisioned("dashboards")["providers"]
    assert not provider["allowUiUpdates"]
    assert not provisioned("datasources")["datasources"][0]["editable"]
