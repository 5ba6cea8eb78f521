#!/usr/bin/env bash
# Sets up and runs the main job: broker, centre, node and sample clip in one process tree. Arguments go to `ngatu demo`.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
debian_packages python3-venv libgl1 libglib2.0-0 $papers
environment demo
exec ngatu demo "$@"
