"""The topics: what they should be, what is wrong with them, and how they are made."""

from order_projector.adapters.kafka.topics.admin import Created, TopicAdmin, opened
from order_projector.adapters.kafka.topics.model import (
    FOREVER,
    Cluster,
    Needs,
    Topic,
    needs,
    spoken,
)
from order_projector.adapters.kafka.topics.plan import Wishes, planned
from order_projector.adapters.kafka.topics.rules import Finding, Level, findings
from order_projector.adapters.kafka.topics.watch import TopicWatch

__all__ = [
    "FOREVER",
    "Cluster",
    "Created",
    "Finding",
    "Level",
    "Needs",
    "Topic",
    "TopicAdmin",
    "TopicWatch",
    "Wishes",
    "findings",
    "needs",
    "opened",
    "planned",
    "spoken",
]
