#!/usr/bin/env bash
# bundle.sh OUT: collects what a machine without any registry needs to become a node or a centre: wheels (ours and all that
# it uses), the list of Debian packages, units, files of broker, proxy and Prometheus, examples, documentation.
# Run it where there is a registry, on the same Debian and processor; then let the centre sign it:
#   ngatu central bundle OUT --kind software --name VERSION
set -euo pipefail
out=$1
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
mkdir -p "$out/wheels"
"$python" -m pip wheel --quiet --wheel-dir "$out/wheels" "$root[central,metrics,setup]"
cp -r "$root/deploy" "$root/docs" "$out/"
mkdir -p "$out/configs"
cp -r "$root/configs/central.yaml" "$root/configs/node.yaml" "$root/configs/cameras" "$out/configs/"
cat > "$out/debian.txt" <<'LIST'
# node and centre
python3-venv
openssl
libgl1
libglib2.0-0
chrony
# centre
postgresql
mosquitto
nginx-light
libpango-1.0-0
libpangoft2-1.0-0
libharfbuzz-subset0
fonts-texgyre
fonts-noto-core
LIST
du -sh "$out"
