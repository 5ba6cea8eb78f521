#!/usr/bin/env bash
# Sets up and passes every check: style, types, import walls, tests on real parts, and the demo once through.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
debian_packages python3-venv libgl1 libglib2.0-0 mosquitto postgresql chromium $papers \
  swift-proxy swift-account swift-container swift-object # an object store that speaks S3
environment test

# A throw-away PostgreSQL cluster of our own: the machine's server, if any, is left alone.
cluster=$(mktemp -d)
binaries=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
as_postgres=()
if [ "$(id -u)" -eq 0 ]; then chown postgres "$cluster"; as_postgres=(runuser -u postgres --); fi
port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"${as_postgres[@]}" "$binaries/initdb" -D "$cluster/data" -U postgres --auth=trust -E UTF8 --locale=C.UTF-8 >/dev/null
"${as_postgres[@]}" "$binaries/pg_ctl" -D "$cluster/data" -w -l "$cluster/log" \
  -o "-p $port -c listen_addresses=127.0.0.1 -k $cluster -c fsync=off -c full_page_writes=off" start >/dev/null
trap '"${as_postgres[@]}" "$binaries/pg_ctl" -D "$cluster/data" -m immediate stop >/dev/null || true; rm -rf "$cluster"' EXIT
export NGATU_TEST_POSTGRES="postgresql://postgres@127.0.0.1:$port/postgres"

echo "→ ruff, mypy, import walls"
ruff check .
ruff format --check .
mypy
lint-imports
echo "→ tests"
# The four stories: at every other commit in the languages that the commit before did not tell them in.
export NGATU_STORY_TURN=$(($(git rev-list --count HEAD 2>/dev/null || echo 0) % 2))
# Four processes on two cores: many tests wait for servers and clocks. Each has databases, brokers and ports of its own.
pytest -n 4 --dist loadfile --no-loadscope-reorder --durations 25 "$@"
echo "→ the demo, once through"
ngatu demo --once
