"""What is applied to a cluster is valid there, and fits this release of the worker."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import pytest
import yaml
from fastapi.routing import APIRoute
from jsonschema import Draft4Validator
from typer.main import get_command

from order_projector.api.routes import system
from order_projector.cli import app
from order_projector.cli.running import ExitCode
from order_projector.settings.model import Settings
from tests.manifests.rendering import (
    OVERLAYS,
    Manifest,
    is_custom,
    of_kind,
    pods,
    rendered,
    schema_of,
    settings,
)

KUBERNETES_VERSION = "1.37"
COMPONENT: Final = "app.kubernetes.io/component"
SECRETS: Final = "/run/secrets/order-projector"
TEMPORARY: Final = "/tmp"  # noqa: S108 - a container's own
OBSERVABILITY: Final = Path(__file__).parents[2] / "deploy" / "observability"


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    """Return the name of an overlay."""
    name: str = request.param
    return name


def test_the_overlay_is_valid_by_the_schemas_of_the_api(overlay: str) -> None:
    for manifest in rendered(overlay):
        if not is_custom(manifest):
            kubernetes_validate.validate(manifest, KUBERNETES_VERSION, strict=True)


def test_a_misspelt_field_is_found_by_these_schemas() -> None:
    (service, *_) = of_kind("local", "Service")
    misspelt = {**service, "spec": {**service["spec"], "selectr": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(misspelt, KUBERNETES_VERSION, strict=True)


def test_custom_resources_are_valid_by_their_own_definitions() -> None:
    custom = [each for each in rendered("production") if is_custom(each)]
    assert {each["kind"] for each in custom} == {
        "ServiceMonitor",
        "PrometheusRule",
        "ScaledObject",
        "TriggerAuthentication",
    }
    for manifest in custom:
        Draft4Validator(schema_of(manifest)).validate(manifest)
        assert not unknown_members(manifest, schema_of(manifest))


def unknown_members(value: Any, schema: Mapping[str, Any]) -> list[str]:
    """Return the members that a definition does not name: the API server would drop them."""
    if isinstance(value, list):
        return [each for it in value for each in unknown_members(it, schema.get("items", {}))]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    names = schema["properties"]
    inside = [each for key, it in value.items() for each in unknown_members(it, names.get(key, {}))]
    return [key for key in value if key not in names] + inside


def test_the_namespace_enforces_the_restricted_pod_security_profile(overlay: str) -> None:
    (namespace,) = of_kind(overlay, "Namespace")
    labels = namespace["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_pod_meets_the_restricted_profile_and_writes_nowhere(overlay: str) -> None:
    for _, pod in pods(overlay):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }


def test_every_container_has_requests_and_limits(overlay: str) -> None:
    for _, pod in pods(overlay):
        for container in pod["containers"]:
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert container["resources"]["limits"].keys() == {"cpu", "memory"}


def test_worker_and_api_are_spread_probed_and_protected_from_disruption(overlay: str) -> None:
    deployments = of_kind(overlay, "Deployment")
    assert {each["metadata"]["name"] for each in deployments} == {"worker", "api"}
    budgets = [each["spec"]["selector"] for each in of_kind(overlay, "PodDisruptionBudget")]
    for deployment in deployments:
        selector = deployment["spec"]["selector"]
        pod = deployment["spec"]["template"]["spec"]
        assert selector in budgets
        assert [each["labelSelector"] for each in pod["topologySpreadConstraints"]] == (
            [selector] * len(pod["topologySpreadConstraints"])
        )
        for container in pod["containers"]:
            for probe in ("startupProbe", "livenessProbe"):
                assert container[probe]["httpGet"] == {"path": "/livez", "port": "http"}
            assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}


def test_a_node_can_be_drained_while_no_pod_is_ready(overlay: str) -> None:
    for budget in of_kind(overlay, "PodDisruptionBudget"):
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_a_selector_means_pods_of_this_application_alone(overlay: str) -> None:
    selectors = [
        *(each["spec"]["selector"]["matchLabels"] for each in of_kind(overlay, "Deployment")),
        *(it["spec"]["selector"]["matchLabels"] for it in of_kind(overlay, "PodDisruptionBudget")),
        *(each["spec"]["podSelector"]["matchLabels"] for each in of_kind(overlay, "NetworkPolicy")),
        *(each["spec"]["selector"] for each in of_kind(overlay, "Service")),
    ]
    assert {each["app.kubernetes.io/name"] for each in selectors} == {"order-projector"}


def test_a_verify_is_repeated_only_if_a_service_did_not_answer(overlay: str) -> None:
    (cron,) = of_kind(overlay, "CronJob")
    job = cron["spec"]["jobTemplate"]["spec"]
    (rule,) = job["podFailurePolicy"]["rules"]
    (container,) = job["template"]["spec"]["containers"]
    assert (rule["action"], rule["onExitCodes"]["operator"]) == ("FailJob", "In")
    assert rule["onExitCodes"]["containerName"] == container["name"]
    assert rule["onExitCodes"]["values"] == [ExitCode.NO, ExitCode.WRONG_USE]
    assert job["backoffLimit"] > 0


def test_every_path_that_is_asked_is_a_route_of_the_api(overlay: str) -> None:
    (pod,) = (pod for name, pod in pods(overlay) if name == "api")
    probes = ("startupProbe", "livenessProbe", "readinessProbe")
    paths = {pod["containers"][0][probe]["httpGet"]["path"] for probe in probes}
    for monitor in of_kind(overlay, "ServiceMonitor"):
        paths |= {endpoint["path"] for endpoint in monitor["spec"]["endpoints"]}
    assert paths <= {route.path for route in system.router.routes if isinstance(route, APIRoute)}


def test_prometheus_knows_workers_and_apis_by_the_jobs_of_the_compose_file() -> None:
    (monitor,) = of_kind("production", "ServiceMonitor")
    (endpoint,) = monitor["spec"]["endpoints"]
    everyone, apis = endpoint["relabelings"]
    label = f"__meta_kubernetes_service_label_{re.sub('[^a-z]', '_', COMPONENT)}"
    assert (everyone["targetLabel"], apis["targetLabel"]) == ("job", "job")
    assert (apis["sourceLabels"], apis["regex"]) == ([label], "api")
    scraped = yaml.safe_load((OBSERVABILITY / "prometheus.yml").read_text())["scrape_configs"]
    assert [it["job_name"] for it in scraped] == [everyone["replacement"], apis["replacement"]]
    for service in of_kind("production", "Service"):
        labels = service["metadata"]["labels"]
        assert labels[COMPONENT] == service["metadata"]["name"]
        assert monitor["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_every_selector_and_every_service_finds_pods(overlay: str) -> None:
    labels = [
        each["spec"]["template"]["metadata"]["labels"] for each in of_kind(overlay, "Deployment")
    ]
    for service in of_kind(overlay, "Service"):
        assert any(service["spec"]["selector"].items() <= each.items() for each in labels)
    for budget in of_kind(overlay, "PodDisruptionBudget"):
        wanted = budget["spec"]["selector"]["matchLabels"]
        assert any(wanted.items() <= each.items() for each in labels)


def test_every_variable_is_a_setting(overlay: str) -> None:
    known = {f"ORDERS_{name.upper()}" for name in Settings.model_fields}
    assert settings(overlay).keys() <= known


def test_every_file_of_a_variable_lies_in_the_secret_that_is_mounted() -> None:
    files = {name: at for name, at in settings("production").items() if name.endswith("_FILE")}
    assert files
    assert {at.rpartition("/")[0] for at in files.values()} == {SECRETS}
    for name, pod in pods("production"):
        (mounted,) = (it for it in mounts(pod) if it["mountPath"] == SECRETS)
        assert mounted["readOnly"] is True
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        secret = volumes[mounted["name"]]["secret"]
        assert secret["secretName"] == "order-projector", name
        assert secret["defaultMode"] == 0o440
        assert pod["securityContext"]["fsGroup"] == pod["securityContext"]["runAsUser"]


def test_the_api_alone_has_a_folder_for_temporary_files(overlay: str) -> None:
    for name, pod in pods(overlay):
        written = [it for it in mounts(pod) if not it.get("readOnly")]
        assert [it["mountPath"] for it in written] == ([TEMPORARY] if name == "api" else [])
        for mount in written:
            (volume,) = (it for it in pod["volumes"] if it["name"] == mount["name"])
            assert volume["emptyDir"]["sizeLimit"]


def mounts(pod: Manifest) -> list[Manifest]:
    """Return what is mounted into the containers of a pod."""
    return [it for container in pod["containers"] for it in container.get("volumeMounts", ())]


def test_the_ports_are_those_that_the_processes_listen_on(overlay: str) -> None:
    variables = settings(overlay)
    ports = {
        name: [port["containerPort"] for it in pod["containers"] for port in it.get("ports", ())]
        for name, pod in pods(overlay)
    }
    assert ports["worker"] == [int(variables["ORDERS_HTTP_PORT"])]
    assert ports["api"] == [int(variables["ORDERS_API_PORT"])]


def test_the_grace_period_exceeds_the_drain(overlay: str) -> None:
    timeout = int(settings(overlay)["ORDERS_SHUTDOWN_TIMEOUT"])
    for name, pod in pods(overlay):
        if name in ("worker", "api"):
            assert pod["terminationGracePeriodSeconds"] > timeout


def test_there_are_never_more_workers_than_partitions() -> None:
    (scaled,) = of_kind("production", "ScaledObject")
    (topics,) = (pod for name, pod in pods("production") if name == "topics")
    arguments = topics["containers"][0]["args"]
    partitions = int(arguments[arguments.index("--partitions") + 1])
    assert scaled["spec"]["maxReplicaCount"] == partitions


def test_what_is_scaled_has_no_number_of_replicas_of_its_own() -> None:
    (scaled,) = of_kind("production", "ScaledObject")
    target = scaled["spec"]["scaleTargetRef"]["name"]
    (worker,) = (
        each for each in of_kind("production", "Deployment") if each["metadata"]["name"] == target
    )
    assert "replicas" not in worker["spec"]


def test_the_lag_is_that_of_the_groups_topics() -> None:
    (scaled,) = of_kind("production", "ScaledObject")
    defaults = Settings()
    triggers = [each["metadata"] for each in scaled["spec"]["triggers"]]
    assert [each["topic"] for each in triggers] == list(defaults.inbound_topics)
    assert {each["consumerGroup"] for each in triggers} == {defaults.consumer_group}
    servers = settings("production")["ORDERS_KAFKA_BOOTSTRAP_SERVERS"]
    assert {each["bootstrapServers"] for each in triggers} == {servers}


def test_pods_may_reach_the_ports_of_the_broker_and_of_the_database(overlay: str) -> None:
    (policy,) = (
        it["spec"]
        for it in of_kind(overlay, "NetworkPolicy")
        if it["metadata"]["name"] == "names-broker-database"
    )
    allowed = {port["port"] for rule in policy["egress"] for port in rule["ports"]}
    variables = settings(overlay)
    addresses = variables["ORDERS_KAFKA_BOOTSTRAP_SERVERS"].split(",")
    addresses += [variables.get("ORDERS_MONGODB_URI", "mongodb://secret:27017")]
    assert {int(address.rpartition(":")[2]) for address in addresses} <= allowed


def test_pods_are_closed_to_all_but_the_policies(overlay: str) -> None:
    policies: dict[str, Manifest] = {
        each["metadata"]["name"]: each["spec"] for each in of_kind(overlay, "NetworkPolicy")
    }
    assert policies["closed"]["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in policies["closed"]
    assert "egress" not in policies["closed"]


@pytest.mark.parametrize("name", ["worker", "api", "topics", "verify"])
def test_every_pod_runs_a_command_of_this_release(name: str) -> None:
    (pod,) = (pod for each, pod in pods("local") if each == name)
    command: Any = get_command(app)
    for word in pod["containers"][0]["args"]:
        if word.startswith("-") or not hasattr(command, "commands"):
            break
        command = command.commands[word]
