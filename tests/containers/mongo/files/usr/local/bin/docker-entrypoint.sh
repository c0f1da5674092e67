#!/bin/bash
# Options alone are arguments of mongod; the first user of the image is not supported.
if [[ -n ${MONGO_INITDB_ROOT_USERNAME:-} ]]; then
    echo 'this stand-in knows no users: leave MONGO_INITDB_ROOT_USERNAME away' >&2
    exit 1
fi
if [[ ${1:0:1} == - ]]; then
    set -- mongod "$@"
fi
exec "$@"
