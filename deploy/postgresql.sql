-- Two roles on one database: the owner makes and upgrades the tables and carries out erasures; the service adds to the
-- record and can neither change nor delete what stands in it. Run as the superuser of the server, once:
--
--   psql -v ON_ERROR_STOP=1 -f deploy/postgresql.sql
--
-- and the second part again, in the database, after the tables were made and after each upgrade:
--
--   psql -v ON_ERROR_STOP=1 -d opencwc -f deploy/postgresql-grants.sql
CREATE ROLE opencwc_owner LOGIN;
CREATE ROLE opencwc LOGIN;
CREATE DATABASE opencwc OWNER opencwc_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
REVOKE ALL ON DATABASE opencwc FROM PUBLIC;
GRANT CONNECT ON DATABASE opencwc TO opencwc;
