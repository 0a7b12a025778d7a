#!/bin/sh
# What `make test` needs before Node can run: taken from Debian's packages by root, else named with the command that mends it.
# The rest is looked after where it is used: Go by test/control-plane/build.ts, Prometheus by test/control-plane/prometheus.ts.
set -eu

need() {
  if command -v "$1" >/dev/null; then return; fi
  mend="apt-get update && apt-get install -y --no-install-recommends $1"
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "error: $1 is missing. Install it with: sudo sh -c '$mend'" >&2
    exit 1
  fi
  echo "$1 is missing: $mend"
  DEBIAN_FRONTEND=noninteractive sh -c "$mend"
}

need npm
need openssl
