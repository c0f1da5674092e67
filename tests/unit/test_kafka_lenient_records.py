"""Records with a header that a stricter client cannot decode are read nevertheless."""

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from order_projector.adapters.kafka.consumer.lenient_records import LenientRecords


@pytest.mark.parametrize("compression", [0, 1], ids=["plain", "gzip"])
def test_a_header_name_that_is_no_utf_8_is_read_with_replacement_characters(
    compression: int,
) -> None:
    builder = BatchBuilder(16_384, compression, is_transactional=False)
    name = "nämé"
    builder.append(key=b"k", value=b"v", timestamp=5, headers=[(name, b"\xff"), ("null", None)])
    data = bytes(builder._build())
    spoilt = data.replace("ä".encode(), b"\xff\xfe")

    (record,) = list(LenientRecords(data).next_batch())
    assert (record.key, record.value, record.timestamp) == (b"k", b"v", 5)
    assert record.headers == [(name, b"\xff"), ("null", None)]
    if compression == 0:
        with pytest.raises(UnicodeDecodeError):
            list(MemoryRecords(spoilt).next_batch())
        records = LenientRecords(spoilt)
        assert records.has_next()
        (record,) = list(records.next_batch())
        assert record.headers == [("n\ufffd\ufffdmé", b"\xff"), ("null", None)]
        assert not records.has_next()
