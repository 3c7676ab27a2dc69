#!/bin/sh
# Brings the schema of Temporal's two databases up to date; run before every start of the server, it changes nothing when they are.
set -eu
SQL_PASSWORD="$(cat "${SECRETS:-/run/secrets}/temporal_db_password")"
export SQL_PASSWORD

bring() {
  tool() {
    temporal-sql-tool --plugin postgres12 --endpoint "$SQL_HOST" --port "${SQL_PORT:-5432}" --user temporal --database "$1" "$2" "$3" "$4" 2>&1
  }
  if said="$(tool "$1" update-schema --schema-name "$2")"; then
    echo "$1: up to date"
    return
  fi
  case "$said" in
    # A new database. Any other failure must not reach the set-up, which would set the version of a used one back.
    *schema_version*'does not exist'*)
      tool "$1" setup-schema --version 0.0
      tool "$1" update-schema --schema-name "$2"
      ;;
    *)
      echo "$said" >&2
      exit 1
      ;;
  esac
}

bring temporal postgresql/v12/temporal
bring temporal_visibility postgresql/v12/visibility
