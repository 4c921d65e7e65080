#!/bin/sh
# The roles and the database, once, when the server of compose.yaml is made. Elsewhere an administrator does the same by hand.
# What the role of gateways may do is set by `convenant migrate`.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<SQL
\set owner_password \`cat "${SECRETS:-/run/secrets}/owner.password"\`
\set gateway_password \`cat "${SECRETS:-/run/secrets}/gateway.password"\`
CREATE ROLE convenant_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE convenant_gateway LOGIN PASSWORD :'gateway_password';
ALTER ROLE convenant_gateway SET idle_in_transaction_session_timeout = '10s';
CREATE DATABASE convenant OWNER convenant_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE convenant FROM PUBLIC;
GRANT CONNECT ON DATABASE convenant TO convenant_gateway;
SQL
