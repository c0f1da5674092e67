#!/bin/bash
export KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:--Xmx1G -Xms1G} LOG_LEVEL=info LOG_FILE=System.out
exec /opt/kafka/bin/kafka-run-class.sh kafka.Kafka "$@"
