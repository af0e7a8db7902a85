#!/bin/sh
# The long sweep: kills on every database, both sides of every message, five rounds of twenty starters. Prints its figures.
# Usage: sh test/kill/sweep.sh [kills] [seed] [database]
cd "$(dirname "$0")/../.." || exit 1
GODWIT_KILLS="${1:-200}" GODWIT_ROUNDS=5 GODWIT_SEED="${2:-1}" npx vitest run test/kill ${3:+-t "$3"}
