"""OpenTelemetry's own variables: whether they ask for traces, and whether those can be exported.

Its libraries take defaults for what they cannot use, fail at each export, or quote a secret in the
log; here each is a configuration error that names the variable. What follows ``OTEL_EXPORTER_OTLP``
may be said for traces alone, which wins.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from order_projector.settings import ConfigurationError, shown

_PROTOCOL: Final = "http/protobuf"
_HEADER: Final = re.compile(r"\A[!#-'*+\-.0-9A-Z^-z|~]+[ \t]*=[ \t]*[ !#-+\--:<-\[\]-~]*")
_RATIOS: Final = frozenset({"traceidratio", "parentbased_traceidratio"})
_SAMPLERS: Final = _RATIOS | {
    *("always_on", "always_off", "parentbased_always_on", "parentbased_always_off")
}
_FILES: Final = ("CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY")


def exporter_variable(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the variable that asks for traces, once what belongs to it has been checked.

    Raises `ConfigurationError`.
    """
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip()
    endpoint = _variable(environment, "ENDPOINT")
    match exporter:
        case "none":
            return None
        case "":
            asked = endpoint
        case "otlp":
            asked = endpoint or "OTEL_TRACES_EXPORTER"
        case _:
            raise ConfigurationError(
                f"OTEL_TRACES_EXPORTER: {shown(exporter)}: is not otlp or none"
            )
    if asked is not None:
        _check(environment)
    return asked


def _check(environment: Mapping[str, str]) -> None:
    if name := _variable(environment, "PROTOCOL"):
        protocol = environment[name].strip()
        if protocol != _PROTOCOL:
            raise ConfigurationError(f"{name}: {shown(protocol)}: only {_PROTOCOL} is supported")
    if (name := _variable(environment, "ENDPOINT")) and not _is_url(environment[name]):
        raise ConfigurationError(f"{name}: should be a URL, such as http://collector:4318")
    if (name := _variable(environment, "HEADERS")) and not _are_headers(environment[name]):
        raise ConfigurationError(f"{name}: should be NAME=VALUE, separated by commas")
    _check_sampler(environment)
    for kind in _FILES:
        if name := _variable(environment, kind):
            _check_file(name, environment[name])


def _variable(environment: Mapping[str, str], what: str) -> str | None:
    """Return the variable that says something for traces, if any does."""
    names = (f"OTEL_EXPORTER_OTLP_TRACES_{what}", f"OTEL_EXPORTER_OTLP_{what}")
    return next((name for name in names if environment.get(name, "").strip()), None)


def _is_url(text: str) -> bool:
    try:
        url = urlsplit(text.strip())
        return url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        return False


def _are_headers(text: str) -> bool:
    """Whether each is a name and a value; the text is never shown, since it is often a token."""
    return all(_HEADER.fullmatch(each.strip()) for each in text.split(",") if each.strip())


def _check_file(name: str, path: str) -> None:
    try:
        with Path(path.strip()).open("rb"):
            pass
    except OSError as error:
        raise ConfigurationError(f"{name}: {shown(path)}: {error.strerror}") from None


def _check_sampler(environment: Mapping[str, str]) -> None:
    """Check which batches are traced: by default, all of them are, which may be many."""
    name, argument = "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"
    sampler, ratio = (environment.get(each, "").strip() for each in (name, argument))
    if sampler and sampler.lower() not in _SAMPLERS:
        raise ConfigurationError(f"{name}: {shown(sampler)}: is not {', '.join(sorted(_SAMPLERS))}")
    if sampler.lower() in _RATIOS and ratio and not _is_ratio(ratio):
        raise ConfigurationError(f"{argument}: {shown(ratio)}: should be a number from 0 to 1")


def _is_ratio(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False
