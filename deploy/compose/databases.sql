-- Run by the PostgreSQL image at its first start: a database per service, owned by a role that can enter no other.
\set ON_ERROR_STOP on
\getenv intake INTAKE_DATABASE_PASSWORD
\getenv matcher MATCHER_DATABASE_PASSWORD
\getenv validator VALIDATOR_DATABASE_PASSWORD
\getenv payment PAYMENT_DATABASE_PASSWORD
\getenv notifier NOTIFIER_DATABASE_PASSWORD
\getenv exporter EXPORTER_DATABASE_PASSWORD

CREATE TEMPORARY TABLE services (name text, password text);
INSERT INTO services VALUES
    ('intake', :'intake'), ('matcher', :'matcher'), ('validator', :'validator'),
    ('payment', :'payment'), ('notifier', :'notifier'), ('exporter', :'exporter');

SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', name, password) FROM services \gexec
SELECT format('CREATE DATABASE %I OWNER %I', name, name) FROM services \gexec
SELECT format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', name) FROM services \gexec
