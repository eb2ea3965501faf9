#!/bin/sh
# Runs a command under another version of Node, whose binary comes from npm's cache or registry (package `node`).
set -eu
if [ $# -lt 2 ]; then
  echo 'Usage: npm run on-node -- <version> <command...>, for instance: npm run on-node -- 24 npm run check' >&2
  exit 2
fi
version=$1
shift
exec npx --yes --package "node@$version" -- "$@"
