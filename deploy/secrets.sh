#!/bin/sh
# Makes the passwords that compose.yaml mounts, once: deploy/secrets.sh [FOLDER], as root, since each is readable by one user only.
set -eu
umask 077
folder=${1:-secrets}
if [ -e "$folder" ]; then
  echo "$folder is there already; accepted: a folder that is not there yet" >&2
  exit 2
fi
# The users of the two images: postgres there, convenant in Containerfile.
database_user=999 convenant_user=10001
password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
mkdir "$folder"
# Readable to walk into, not to list.
chmod 711 "$folder"
password > "$folder/postgres.password"
for role in owner gateway; do
  password > "$folder/$role.password"
  printf 'db:5432:*:convenant_%s:%s\n' "$role" "$(cat "$folder/$role.password")" > "$folder/$role.pgpass"
done
chown "$database_user" "$folder"/*.password
chown "$convenant_user" "$folder"/*.pgpass
echo "made $folder: keep a copy of owner.password and postgres.password apart"
