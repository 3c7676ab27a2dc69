#!/bin/sh
# Run by the Postgres image once, when its volume is new: two accounts, each with databases of its own that the other cannot enter.
set -eu
SECRETS="${SECRETS:-/run/secrets}"
export SECRETS
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
-- Read by psql itself: a password on the command line would show in the list of processes.
\set app_password `cat "$SECRETS/app_db_password"`
\set temporal_password `cat "$SECRETS/temporal_db_password"`
CREATE ROLE app LOGIN PASSWORD :'app_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
-- Postgres's own collation: the same order on every machine, whatever its C library.
CREATE DATABASE secondo_livello OWNER app TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE CONNECT, TEMPORARY ON DATABASE secondo_livello, temporal, temporal_visibility FROM PUBLIC;
SQL
