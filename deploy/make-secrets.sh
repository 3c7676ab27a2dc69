#!/bin/sh
# Makes the secrets of compose.yaml in deploy/secrets/, each with a random value; what is there already stays. They are mounted as they are: a container
# that runs as another account than yours has to be able to read them, so that the folder, not the files, keeps others out.
set -eu
umask 077
folder="$(dirname "$0")/secrets"
mkdir -p "$folder"
random() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}
keep() {
  [ -s "$folder/$1" ] || printf '%s' "$2" >"$folder/$1"
  chmod 0444 "$folder/$1"
}
keep postgres_password "$(random)"
keep app_db_password "$(random)"
keep temporal_db_password "$(random)"
# The key of people's data: copy it to where the copies of the database are not. Lost, those data are lost; a new one goes before it, joined by a comma.
keep master_keys "$(date +%Y-%m-%d):$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
keep database_url "postgres://app:$(cat "$folder/app_db_password")@postgres:5432/secondo_livello"
