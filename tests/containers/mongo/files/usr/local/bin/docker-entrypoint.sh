#!/bin/bash
# Options alone are mongod's; the first user is none of ours to make.
if [[ -n ${MONGO_INITDB_ROOT_USERNAME:-} ]]; then
    echo 'this stand-in knows no users: leave MONGO_INITDB_ROOT_USERNAME away' >&2
    exit 1
fi
if [[ ${1:0:1} == - ]]; then
    set -- mongod "$@"
fi
exec "$@"
