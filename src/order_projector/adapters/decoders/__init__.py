"""Decoding in processes of its own, so that a worker can use more than one core."""

from order_projector.adapters.decoders.pool import Decoders
from order_projector.adapters.decoders.process import Decoder

__all__ = ["Decoder", "Decoders"]
