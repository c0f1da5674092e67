"""Render an overlay, and find the schemas of custom resources in their projects' Go modules."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

Manifest = Mapping[str, Any]

KUBERNETES: Final = Path(__file__).parents[2] / "deploy" / "kubernetes"
OVERLAYS: Final = ("local", "production")

_DEFINITIONS: Final = {
    "keda.sh/v1alpha1": ("github.com/kedacore/keda/v2@v2.17.2", "config/crd/bases/*.yaml"),
    "monitoring.coreos.com/v1": (
        "github.com/prometheus-operator/prometheus-operator@v0.85.0",
        "jsonnet/prometheus-operator/*-crd.json",
    ),
}
"""By API version, the Go module that defines its resources, and the files of their definitions."""


@cache
def rendered(overlay: str) -> tuple[Manifest, ...]:
    """Return the manifests of an overlay, as they are applied."""
    command = [os.environ.get("KUSTOMIZE", "kustomize"), "build", f"overlays/{overlay}"]
    output = subprocess.run(command, cwd=KUBERNETES, check=True, capture_output=True, timeout=60)
    return tuple(yaml.safe_load_all(output.stdout))


def of_kind(overlay: str, *kinds: str) -> list[Manifest]:
    """Return the manifests of these kinds."""
    return [each for each in rendered(overlay) if each["kind"] in kinds]


def is_custom(manifest: Manifest) -> bool:
    """Whether its schema is not Kubernetes' own."""
    return manifest["apiVersion"] in _DEFINITIONS


def schema_of(manifest: Manifest) -> Mapping[str, Any]:
    """Return the schema of a custom resource, from its project's definition."""
    module, files = _DEFINITIONS[manifest["apiVersion"]]
    version = manifest["apiVersion"].rpartition("/")[2]
    for path in sorted(_downloaded(module).glob(files)):
        definition = yaml.safe_load(path.read_text())["spec"]
        if definition["names"]["kind"] == manifest["kind"]:
            versions = {each["name"]: each for each in definition["versions"]}
            schema: Mapping[str, Any] = versions[version]["schema"]["openAPIV3Schema"]
            return schema
    raise LookupError(f"{module} defines no {manifest['kind']}")


@cache
def _downloaded(module: str) -> Path:
    output = subprocess.run(
        ["go", "mod", "download", "-json", module],  # noqa: S607
        check=True,
        capture_output=True,
        timeout=300,
    )
    return Path(json.loads(output.stdout)["Dir"])


def pods(overlay: str) -> Iterator[tuple[str, Manifest]]:
    """Yield the name and the pod specification of each workload."""
    for manifest in rendered(overlay):
        match manifest:
            case {"kind": "Deployment" | "Job", "metadata": {"name": name}, "spec": spec}:
                yield name, spec["template"]["spec"]
            case {"kind": "CronJob", "metadata": {"name": name}, "spec": spec}:
                yield name, spec["jobTemplate"]["spec"]["template"]["spec"]


def settings(overlay: str) -> dict[str, str]:
    """Return the variables that all pods get."""
    (config,) = of_kind(overlay, "ConfigMap")
    return dict(config["data"])
