"""A stand-in for a Kubernetes cluster: `kubectl` starts and stops worker processes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from order_projector.local.ports import HOST
from order_projector.local.server import Server

Launch = Callable[[Mapping[str, str]], Awaitable[Server]]
"""Launches a worker with additional environment variables."""

IMAGE = "order-projector"
RELEASE = "0.1.0"


@dataclass(slots=True)
class Deployment:
    """What `kubectl describe` would show of a Deployment with at most one worker."""

    images: list[str] = field(default_factory=lambda: [RELEASE])
    """Image tags of all revisions; the last one is in use."""
    env: dict[str, str] = field(default_factory=dict)
    replicas: int = 0
    worker: Server | None = None


@dataclass(slots=True)
class Cluster:
    """Deployments by name. `releases` maps image tags to the variables that run their releases."""

    launch: Launch
    variables: dict[str, str]
    """The operator's environment; WORKER is the address of the worker that was started last."""
    releases: dict[str, Mapping[str, str]] = field(default_factory=lambda: {RELEASE: {}})
    deployments: dict[str, Deployment] = field(default_factory=dict)

    async def kubectl(self, words: Sequence[str]) -> str:
        """Apply a command, and return its output."""
        match words:
            case ["scale", target, replicas]:
                self._of(target).replicas = int(replicas.removeprefix("--replicas="))
                done = "scaled"
            case ["set", "image", target, image]:
                self._of(target).images.append(image.removeprefix(f"worker={IMAGE}:"))
                done = "image updated"
            case ["set", "env", target, *assignments]:
                self._of(target).env |= dict(it.split("=", 1) for it in assignments)
                done = "env updated"
            case ["rollout", "undo", target]:
                self._of(target).images.pop()
                done = "rolled back"
            case _:
                raise AssertionError(words)
        await self._apply(self._of(target))
        return target.replace("deployment/", "deployment.apps/") + f" {done}\n"

    async def pip(self, words: Sequence[str]) -> str:
        """Switch the terminal's commands to those of a release."""
        match words:
            case ["install", "--quiet", requirement]:
                self.variables.pop("PYTHONPATH", None)
                self.variables |= self.releases[requirement.removeprefix(f"{IMAGE}==")]
            case _:
                raise AssertionError(words)
        return ""

    async def _apply(self, deployment: Deployment) -> None:
        if deployment.worker is not None:
            await deployment.worker.stop()
            deployment.worker = None
        if deployment.replicas:
            release = self.releases[deployment.images[-1]]
            deployment.worker = await self.launch({**release, **deployment.env})
            await deployment.worker.ready()
            self.variables["WORKER"] = f"http://{HOST}:{deployment.worker.port}"

    def _of(self, target: str) -> Deployment:
        return self.deployments.setdefault(target.removeprefix("deployment/"), Deployment())
