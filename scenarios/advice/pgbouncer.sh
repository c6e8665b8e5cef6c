#!/bin/sh
# pgbouncer.sh MODE PORT COMMAND…: a PgBouncer on 127.0.0.2:PORT before the database that the PG* variables name, then the
# command with the variables leading to PgBouncer. Both are in one process group, so that stopping one stops the other.
set -eu
mode=$1 port=$2
shift 2
folder=$(mktemp -d /tmp/seep-advice-XXXXXX)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/pgbouncer.ini" <<INI
[databases]
* = host=$PGHOST port=$PGPORT user=$PGUSER password=$PGPASSWORD
[pgbouncer]
listen_addr = 127.0.0.2
listen_port = $port
unix_socket_dir =
auth_type = any
pool_mode = $mode
max_client_conn = ${MAX_CLIENT_CONN:-1000}
default_pool_size = ${POOL_SIZE:-20}
query_wait_timeout = 5
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
INI
PATH=$PATH:/usr/sbin
as_other=
if [ "$(id -u)" -eq 0 ]; then # it refuses to run as root
    chown -R postgres "$folder"
    as_other="setpriv --reuid=postgres --regid=postgres --clear-groups --"
fi
$as_other pgbouncer "$folder/pgbouncer.ini" &
pooler=$!
export PGHOST=127.0.0.2 PGPORT="$port" DATABASE_URL="postgresql://$PGUSER@127.0.0.2:$port/$PGDATABASE"
until pg_isready -q -t 1; do
    kill -0 "$pooler" 2>/dev/null || { echo "pgbouncer.sh: PgBouncer has ended" >&2; exit 1; }
    sleep 0.1
done
rm -rf "$folder" # read by now, and it holds a password
trap - EXIT
exec "$@"
