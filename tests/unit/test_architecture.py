"""The architecture: which package may import which, and which packages own a technology."""

import ast
import re
import sys
import tomllib
from collections.abc import Collection, Iterator
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import order_projector

PACKAGE = Path(order_projector.__file__).parent

MAY_IMPORT = {
    "domain": set(),
    "events": {"domain"},
    "projection": {"domain", "events"},
    "settings": set(),
    "telemetry": {"settings"},  # it observes: nothing below a composition root may know it
    "keys": set(),
    "local": {"keys"},
    "explaining": {"domain"},
    "hosting": {"projection", "settings"},
    "adapters": {"domain", "events", "projection", "settings"},
    "worker": {"adapters", "domain", "events", "hosting", "projection", "settings", "telemetry"},
    "operations": {"adapters", "domain", "events", "projection", "settings"},
    "api": {
        "adapters",
        "domain",
        "events",
        "explaining",
        "hosting",
        "projection",
        "settings",
        "telemetry",
    },
    "workload": set(),  # an independent shop, which must share no mistake with the product
    "verification": {"domain", "events", "projection", "workload"},
    "demo": {"adapters", "events", "local", "settings", "verification", "workload"},
    "testing": {"adapters", "domain", "events", "keys", "local", "projection"},
    "cli": {
        "adapters",
        "api",
        "demo",
        "domain",
        "events",
        "explaining",
        "hosting",
        "keys",
        "local",
        "operations",
        "projection",
        "settings",
        "telemetry",
        "worker",
    },
}
"""For each package, the packages below it that it may import; it may always import itself."""

OWNERS = {
    "faststream": {"adapters", "worker"},
    "aiokafka": {"adapters", "local", "demo", "testing", "verification", "workload"},
    "motor": {"adapters"},
    "pymongo": {"adapters", "local", "demo"},
    "bson": {"adapters"},
    "fastapi": {"api"},
    "starlette": {"api"},
    "jinja2": {"api"},
    "uvicorn": {"hosting", "worker"},
    "pydantic": {"events", "projection", "settings"},
    "prometheus_client": {"api", "telemetry", "worker"},
    "pytest": {"testing"},
    "testcontainers": {"testing"},
    "docker": {"testing"},
    "typer": {"cli"},
    "rich": {"cli", "demo"},
}
"""For each library, the packages that may know it."""

ADAPTERS = {"kafka": {"aiokafka", "faststream"}, "mongo": {"bson", "motor", "pymongo"}}
"""For each adapter, the libraries that no other adapter may know."""

STANDARD_LIBRARY_OF_THE_DOMAIN = {
    "bisect",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "itertools",
    "operator",
    "re",
    "typing",
}

EXTRAS = {"local": "local", "testing": "testing", "worker/otel.py": "otel"}
"""For each package or module, the extra that has to be installed for it."""


def _modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room not in {"__init__", "__main__"}:
            yield room, path


def _dotted(path: Path) -> str:
    """Return the name by which a module is imported."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module


def _rooms(path: Path) -> Iterator[str]:
    """Yield the packages below `order_projector` that a module imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ImportFrom(module="order_projector", names=names):
                yield from (name.name for name in names if name.name != "__version__")
            case ast.ImportFrom(module=str(module)) if module.startswith("order_projector."):
                yield module.split(".")[1]
            case ast.Import(names=names):
                yield from (
                    name.name.split(".")[1]
                    for name in names
                    if name.name.startswith("order_projector.")
                )


def _imported(path: Path, modules: Collection[str]) -> Iterator[str]:
    """Yield which of the modules a module imports: a module by name, or names from a module."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name in modules)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for name in names:
                    inner = f"{module}.{name.name}"
                    if inner in modules or module in modules:
                        yield inner if inner in modules else module
            case _:
                pass


@pytest.mark.parametrize(("room", "path"), list(_modules()), ids=lambda it: getattr(it, "name", it))
def test_a_room_imports_only_rooms_below_it(room: str, path: Path) -> None:
    assert set(_rooms(path)) <= MAY_IMPORT[room] | {room}


def test_every_permission_is_used() -> None:
    rooms = {room: set[str]() for room in MAY_IMPORT}
    owners = {library: set[str]() for library in OWNERS}
    for room, path in _modules():
        rooms[room].update(set(_rooms(path)) - {room})
        for library in {name.split(".")[0] for name in _imports(path)} & OWNERS.keys():
            owners[library].add(room)
    assert rooms == MAY_IMPORT
    assert owners == OWNERS


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_an_adapter_knows_one_technology_and_no_other_adapter(adapter: str) -> None:
    others = ADAPTERS.keys() - {adapter}
    foreign = set[str]().union(*(ADAPTERS[other] for other in others))
    for path in (PACKAGE / "adapters" / adapter).rglob("*.py"):
        for name in _imports(path):
            assert name.split(".")[0] not in foreign, path
            assert name.removeprefix("order_projector.adapters.").split(".")[0] not in others, path


def test_no_modules_import_each_other_in_a_circle_not_even_inside_functions() -> None:
    modules = {_dotted(path): path for _, path in _modules()}
    imported = {name: set(_imported(path, modules.keys())) for name, path in modules.items()}
    TopologicalSorter(imported).prepare()  # raises CycleError


@pytest.mark.parametrize(("room", "path"), list(_modules()), ids=lambda it: getattr(it, "name", it))
def test_a_technology_is_known_only_in_the_rooms_that_own_it(room: str, path: Path) -> None:
    libraries = {name.split(".")[0] for name in _imports(path)}
    assert {name for name in libraries & OWNERS.keys() if room not in OWNERS[name]} == set()


def _domain() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((PACKAGE / "domain").rglob("*.py")):
        yield path, ast.parse(path.read_text())


def test_the_domain_needs_nothing_but_pure_parts_of_the_standard_library() -> None:
    for path, _ in _domain():
        libraries = {name.split(".")[0] for name in _imports(path)} - {"order_projector"}
        assert libraries <= STANDARD_LIBRARY_OF_THE_DOMAIN, path


def test_the_domain_reads_no_clock() -> None:
    for path, tree in _domain():
        calls = (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))
        assert not any(re.search(r"\bdate(time)?\.(now|today|utcnow)$", call) for call in calls), (
            path
        )


def test_the_domain_has_no_float() -> None:
    for path, tree in _domain():
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), path
            assert not (isinstance(node, ast.Name) and node.id == "float"), path


def _declared() -> dict[str, set[str]]:
    """Return the distributions that a user installs, by extra; "" has the mandatory ones."""
    pyproject = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text())
    project = pyproject["project"]
    extras = {"": project["dependencies"], **project["optional-dependencies"]}
    return {
        extra: {_normal(re.split(r"[^\w.-]", text)[0]) for text in requirements}
        for extra, requirements in extras.items()
    }


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_whatever_the_package_imports_is_declared_as_a_dependency() -> None:
    """A package that only another dependency requires may go with that one's next release."""
    declared, distributions = _declared(), packages_distributions()
    undeclared = set[tuple[str, str]]()
    for room, path in _modules():
        extra = EXTRAS.get(room) or EXTRAS.get(path.relative_to(PACKAGE).as_posix(), "")
        installed = declared[""] | declared[extra]
        for library in {name.split(".")[0] for name in _imports(path)}:
            if library not in sys.stdlib_module_names | {"order_projector"}:
                providers = {_normal(each) for each in distributions[library]}
                if providers.isdisjoint(installed):
                    undeclared.add((library, room))
    assert undeclared == set()
