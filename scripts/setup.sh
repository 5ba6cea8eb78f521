#!/usr/bin/env bash
# Sourced by demo.sh and test.sh: a virtual environment beside the sources, and Debian packages where one is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

debian_packages() {  # installs those of the named packages that are not there yet
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  echo "→ Debian packages: ${missing[*]}"
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

environment() {  # environment EXTRAS: installs this project with those extras into .venv
  local python=python3.11
  command -v "$python" >/dev/null || python=python3
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  echo "→ Python packages (ngatu[$1])"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[$1]"
  export PATH="$PWD/.venv/bin:$PATH"
}

# What papers are set with: WeasyPrint's libraries, a Times with every Vietnamese letter, and Noto for the rest.
papers="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-texgyre fonts-noto-core"
