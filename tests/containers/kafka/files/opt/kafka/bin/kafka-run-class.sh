#!/bin/bash
# Run a class from Kafka's jars, with the options that Kafka's scripts support.
log=org.slf4j.simpleLogger
exec java ${KAFKA_HEAP_OPTS:--Xmx256m} ${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseG1GC} ${KAFKA_OPTS:-} \
    -D$log.defaultLogLevel="${LOG_LEVEL:-warn}" -D$log.logFile="${LOG_FILE:-System.err}" \
    -D$log.showDateTime=true -D$log.dateTimeFormat="[yyyy-MM-dd HH:mm:ss,SSS]" \
    -cp '/opt/kafka/libs/*' "$@"
