"""The topics: required configuration, checks and creation."""

from order_projector.adapters.kafka.topics.admin import ANSWER_WITHIN, Created, TopicAdmin, opened
from order_projector.adapters.kafka.topics.model import (
    FOREVER,
    Cluster,
    Topic,
    TopicRequirements,
    format_duration,
    required_topics,
)
from order_projector.adapters.kafka.topics.plan import TopicOptions, plan_topics
from order_projector.adapters.kafka.topics.rules import Finding, Level, findings
from order_projector.adapters.kafka.topics.watch import TopicWatch

__all__ = [
    "ANSWER_WITHIN",
    "FOREVER",
    "Cluster",
    "Created",
    "Finding",
    "Level",
    "Topic",
    "TopicAdmin",
    "TopicOptions",
    "TopicRequirements",
    "TopicWatch",
    "findings",
    "format_duration",
    "opened",
    "plan_topics",
    "required_topics",
]
