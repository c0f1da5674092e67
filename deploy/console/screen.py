"""A screen of the console, drawn on a terminal.

    python3 screen.py topics
    python3 screen.py records NAME

The first shows the topics with their partitions, consumer groups and lag; the second shows what
is in one topic. Nothing can be changed: a topic cannot be made, edited or deleted, and records are
read without a group, so that nothing is committed.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import kaskade
from confluent_kafka import KafkaException
from kaskade import consumer
from kaskade.admin import KaskadeAdmin, ListTopics
from kaskade.consumer import HeaderDataTable, KaskadeConsumer
from kaskade.deserializers import Deserialization
from kaskade.services import PartitionSelectionError, TopicService
from kaskade.widgets import KaskadeHeader
from plain import plain, plain_cells, plain_data
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import AppFocus
from textual.widget import Widget
from textual.widgets import Footer, Static, _data_table

REFRESH_SECONDS = 10
_CHANGES = frozenset({"new", "edit", "delete"})
_STYLES = Path(kaskade.__file__).with_name("styles.css")  # else looked for beside this file


def show_records_as_they_are() -> None:
    """Replace the places where Textual and Kaskade take a record's text for markup."""
    as_json, labelled = consumer.record_json_renderable, consumer.labelled_value
    _data_table.default_cell_formatter = plain_cells(_data_table.default_cell_formatter)
    consumer.record_json_renderable = lambda data: as_json(plain_data(data))
    consumer.labelled_value = lambda label, value: labelled(label, plain(value))
    del HeaderDataTable.watch_hover_coordinate  # its tooltip is a header's name, as markup


class Topics(ListTopics):
    """The list of topics, without what would change them, and with a way to their records."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "records", "Records", tooltip="Show the records of the selected topic."),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action is shown and taken, by its key and by any other way."""
        if action in _CHANGES:
            return False
        return super().check_action(action, parameters)

    def action_records(self) -> None:
        """Leads the browser to the records of the topic under the cursor."""
        if self.current_topic is not None:
            self.app.open_url(f"/topics/{self.current_topic.name}", new_tab=False)


class TopicsScreen(KaskadeAdmin):
    """All topics of the cluster."""

    CSS_PATH = _STYLES

    def notify(self, message: str, **options: Any) -> None:
        """Tell what happened, as it was said."""
        super().notify(plain(message), **{**options, "markup": False})

    def compose(self) -> Iterable[Widget]:
        """Yield its widgets."""
        yield KaskadeHeader(self.kafka_config)
        yield Topics(TopicService(self.kafka_config, timeouts=self.timeouts))
        yield Footer(compact=True)

    def on_data_table_row_highlighted(self) -> None:
        """Once there are rows."""
        take_the_keyboard(self)


class RecordsScreen(KaskadeConsumer):
    """The records of one topic, with a way back to all topics."""

    CSS_PATH = _STYLES
    BINDINGS: ClassVar[list[BindingType]] = [Binding("t", "topics", "Topics")]

    def notify(self, message: str, **options: Any) -> None:
        """Tell what happened, as it was said: an error can quote a record."""
        super().notify(plain(message), **{**options, "markup": False})

    def on_data_table_row_highlighted(self) -> None:
        """Once there are rows."""
        take_the_keyboard(self)

    def action_topics(self) -> None:
        """Leads the browser to the list of topics."""
        self.open_url("/", new_tab=False)


class Refusal(App[None]):
    """Says why there is nothing to show."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("t", "topics", "Topics")]

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    def compose(self) -> Iterable[Widget]:
        """Yield its widgets."""
        yield Static(self.reason, markup=False)
        yield Footer(compact=True)

    def action_topics(self) -> None:
        """Leads the browser to the list of topics."""
        self.open_url("/", new_tab=False)


def take_the_keyboard(app: App[Any]) -> None:
    """Lets a screen know that the page it is on is the one in use.

    Every screen begins in the belief that it is not, and a browser cannot tell it early enough.
    """
    if not app.app_focus:
        app.post_message(AppFocus())


def screen(arguments: list[str], kafka: dict[str, Any]) -> App[Any]:
    """Return the requested screen."""
    match arguments:
        case ["topics"]:
            return TopicsScreen(kafka, refresh_interval=REFRESH_SECONDS)
        case ["records", topic]:
            return records(topic, kafka)
        case _:
            sys.exit(__doc__)


def records(topic: str, kafka: dict[str, Any]) -> App[Any]:
    """Return a topic's records from its beginning, or why they cannot be shown."""
    from_beginning = {**kafka, "auto.offset.reset": "earliest"}
    nothing = dict[str, str]()
    try:
        return RecordsScreen(
            topic,
            from_beginning,
            *(nothing, nothing, nothing),
            Deserialization.STRING,
            Deserialization.JSON,
            fallback_config={"encoding": "escaped"},
        )
    except PartitionSelectionError as error:
        return Refusal(str(error))
    except KafkaException as error:
        return Refusal(f"{topic}: {error.args[0].str()}")


if __name__ == "__main__":
    show_records_as_they_are()
    servers = os.environ.get("ORDERS_KAFKA_BOOTSTRAP_SERVERS") or "localhost:9092"
    screen(sys.argv[1:], {"bootstrap.servers": servers}).run()
