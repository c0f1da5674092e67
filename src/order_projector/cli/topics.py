"""`order-projector topics`: create, check and describe the topics."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from order_projector.cli.errors import print_error
from order_projector.cli.options import Json
from order_projector.cli.running import ExitCode, run

if TYPE_CHECKING:
    from order_projector.adapters.kafka.topics import (
        Cluster,
        Topic,
        TopicAdmin,
        TopicOptions,
        TopicRequirements,
    )
    from order_projector.settings import Settings

topics = typer.Typer(help="Create, check or describe the topics.", no_args_is_help=True)

_UNITS: Final = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000}
_FOREVER: Final = "forever"
_RETRY_AFTER: Final = 0.5

_Within = Annotated[
    float, typer.Option(min=0.1, metavar="SECONDS", help="Maximum time to wait for a broker.")
]

_Partitions = Annotated[
    int | None,
    typer.Option(
        min=1,
        show_default="those of the existing inbound topic, else 6",
        help="Partitions of each new topic, the maximum number of workers that share the work.",
    ),
]
_InsyncReplicas = Annotated[
    int | None,
    typer.Option(
        min=1,
        show_default="one less than the replicas",
        help="Replicas that must have a record before it is acknowledged.",
    ),
]


def _parse_duration(text: str) -> int:
    if text == _FOREVER:
        return -1
    number, unit = text[:-1], text[-1:]
    if unit not in _UNITS or not number.isdecimal() or not int(number):
        raise typer.BadParameter("must be a number with d, h, m or s, such as 7d, or `forever`")
    return int(number) * _UNITS[unit]


def _retention(what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        parser=_parse_duration, metavar="TIME", help=f"{what}: 7d, 36h, or forever."
    )
    return option


@topics.command()
def create(
    partitions: _Partitions = None,
    replication: Annotated[
        int | None,
        typer.Option(
            min=1,
            show_default="3, or one per broker if there are fewer",
            help="Replicas of each partition of a new topic.",
        ),
    ] = None,
    min_insync_replicas: _InsyncReplicas = None,
    retention: Annotated[int, _retention("Retention of the inbound topics")] = "7d",  # type: ignore[assignment]  # parsed
    dead_letters_retention: Annotated[int, _retention("Retention of the dead letters")] = "28d",  # type: ignore[assignment]  # parsed
    within: _Within = 30,
) -> None:
    """Create the missing topics; existing topics are not changed.

    The topics are those of the settings (ORDERS_REDEMPTIONS_TOPIC and so on). order.updated is
    compacted. Exits with 1 if a broker refuses to create one, with 3 if no broker answers.
    """
    from order_projector.adapters.kafka.topics import TopicOptions

    try:
        options = TopicOptions(
            partitions, replication, min_insync_replicas, retention, dead_letters_retention
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None

    _with_brokers(partial(_create_missing, options), within)


async def _create_missing(
    options: "TopicOptions", admin: "TopicAdmin", requirements: "TopicRequirements"
) -> ExitCode:
    from order_projector.adapters.kafka.topics import plan_topics

    cluster = await admin.cluster(requirements.names)
    missing = {topic.name: topic for topic in plan_topics(requirements, cluster, options)}
    created = await admin.create([*missing.values()])
    for name in requirements.names:
        if name in cluster.topics:
            typer.echo(f"{name}: exists, with {_size(cluster.topics[name])}")
    exit_code = ExitCode.DONE
    for outcome in created:
        if outcome.refusal is None:
            typer.echo(f"{outcome.topic}: created, with {_size(missing[outcome.topic])}")
        else:
            print_error(f"{outcome.topic}: {outcome.refusal}")
            exit_code = ExitCode.NO
    return exit_code


@topics.command()
def check(as_json: Json = False, within: _Within = 10) -> None:
    """Print each problem of the topics, with its remedy, in one line.

    Exits with 1 if there is a problem (notes do not count), with 3 if no broker answers.
    """
    from order_projector.adapters.kafka.topics import Level, findings
    from order_projector.cli.printing import print_json
    from order_projector.settings import one_line

    async def judge(admin: "TopicAdmin", requirements: "TopicRequirements") -> ExitCode:
        found = findings(requirements, await admin.cluster(requirements.names))
        if as_json:
            print_json([
                {"level": it.level, "about": it.topic, "what": it.what, "remedy": it.remedy}
                for it in found
            ])  # fmt: skip
        else:
            for finding in found:
                typer.echo(f"{finding.level}: {one_line(str(finding))}")
        if any(finding.level is Level.PROBLEM for finding in found):
            return ExitCode.NO
        typer.echo("No problems found.", err=True)
        return ExitCode.DONE

    _with_brokers(judge, within)


@topics.command()
def describe(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    within: _Within = 10,
) -> None:
    """Show the topics and their configuration on the brokers. Exits with 3 if no broker answers."""

    async def show(admin: "TopicAdmin", requirements: "TopicRequirements") -> ExitCode:
        cluster = await admin.cluster(requirements.names)
        (_print_json if as_json else _print_table)(requirements, cluster)
        return ExitCode.DONE

    _with_brokers(show, within)


def _with_brokers(
    work: Callable[["TopicAdmin", "TopicRequirements"], Awaitable[ExitCode]], within: float
) -> NoReturn:
    async def answered(settings: "Settings") -> ExitCode:
        from order_projector.projection.ports import AccessDenied, Unavailable

        try:
            return await _retry_until(work, settings, within)
        except AccessDenied:
            raise
        except Unavailable as away:
            print_error(f"no broker answers: {away}")
            return ExitCode.NO_ANSWER

    run(answered)


async def _retry_until(
    work: Callable[["TopicAdmin", "TopicRequirements"], Awaitable[ExitCode]],
    settings: "Settings",
    within: float,
) -> ExitCode:
    """Retry until a broker answers; raise `Unavailable` once the time is up."""
    from order_projector.projection.ports import AccessDenied, Unavailable
    from order_projector.projection.waiting import waiting_for

    last = Unavailable(f"{settings.kafka_bootstrap_servers}: no answer within {within:g} s")
    try:
        with waiting_for("broker"):
            async with asyncio.timeout(within) as limit:
                while True:
                    try:
                        return await _ask(work, settings, within)
                    except AccessDenied:
                        raise
                    except Unavailable as away:
                        last = away
                    await asyncio.sleep(_RETRY_AFTER)
    except TimeoutError:
        if not limit.expired():
            raise
        raise last from None


async def _ask(
    work: Callable[["TopicAdmin", "TopicRequirements"], Awaitable[ExitCode]],
    settings: "Settings",
    within: float,
) -> ExitCode:
    """Do the work; each broker has its share of the time, so that a silent one is passed over."""
    from order_projector.adapters.kafka.topics import ANSWER_WITHIN, opened, required_topics

    share = within / len(settings.kafka_bootstrap_servers.split(","))
    async with opened(settings, min(share, ANSWER_WITHIN)) as admin:
        return await work(admin, required_topics(settings))


def _size(topic: "Topic") -> str:
    replicas = "1 replica" if topic.replicas == 1 else f"{topic.replicas} replicas"
    return f"{topic.partitions} partitions, {replicas}"


_SHOWN: Final = (
    "min.insync.replicas",
    "cleanup.policy",
    "retention.ms",
    "retention.bytes",
    "max.message.bytes",
)


def _print_json(requirements: "TopicRequirements", cluster: "Cluster") -> None:
    from order_projector.cli.printing import print_json

    described = {
        "brokers": cluster.brokers,
        "topics": [
            {
                "name": topic.name,
                "partitions": topic.partitions,
                "replicas": topic.replicas,
                "without_leader": list(topic.leaderless),
                "config": {key: topic.config[key] for key in _SHOWN if key in topic.config},
            }
            for name in requirements.names
            if (topic := cluster.topics.get(name))
        ],
        "missing": [name for name in requirements.names if name not in cluster.topics],
    }
    print_json(described)


def _print_table(requirements: "TopicRequirements", cluster: "Cluster") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from order_projector.settings import shown

    table = Table("topic", "partitions", "replicas", *_SHOWN, box=None, pad_edge=False)
    for name in requirements.names:
        topic = cluster.topics.get(name)
        if topic is None:
            table.add_row(name, "missing")
        else:
            values = (Text(shown(_shown(topic, key))) for key in _SHOWN)
            table.add_row(name, str(topic.partitions), str(topic.replicas), *values)
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=240)).print(table)


def _shown(topic: "Topic", key: str) -> str:
    from order_projector.adapters.kafka.topics import format_duration

    number = topic.number(key)
    if key == "retention.ms" and number is not None:
        return format_duration(number)
    return topic.config.get(key, "")
