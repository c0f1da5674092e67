"""What the routes of the API work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from order_projector.api.counting import OrderCounts
from order_projector.api.history import OrderHistory
from order_projector.api.importing import Importer
from order_projector.api.keys import KeysFile
from order_projector.api.rates import RateLimit
from order_projector.api.webhooks import WebhookSecrets
from order_projector.api.writing import OrderWriter
from order_projector.projection.api_jobs import ExportStore
from order_projector.projection.publishing import EventPublisher
from order_projector.projection.reading import OrderReader


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """The settings of the API that its routes need.

    ``public_url`` begins every URL in an answer; ``write_wait`` is in seconds, the limits in bytes.
    """

    public_url: str
    write_wait: float = 5.0
    body_limit: int = 4_194_304

    @property
    def import_limit(self) -> int:
        """The limit of the body of an import."""
        return 8 * self.body_limit


@dataclass(frozen=True, slots=True)
class Services:
    """Everything behind the routes; ``keys`` is None if anyone may read and write.

    Without ``webhooks`` there is no receiver of them.
    """

    options: ApiOptions
    keys: KeysFile | None
    rates: RateLimit
    reader: OrderReader
    counts: OrderCounts
    history: OrderHistory
    writer: OrderWriter
    publisher: EventPublisher
    importer: Importer
    exports: ExportStore
    clock: Callable[[], datetime]
    webhooks: WebhookSecrets | None = None


def services_of(request: Request) -> Services:
    """Return the services of the application that handles a request."""
    services: Services = request.app.state.services
    return services
