-- Sluice's own data. Everything is in schema sluice, whose owner is the only one who can connect here.
CREATE SCHEMA sluice;

CREATE TABLE sluice.migration (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- Keys that this installation made for itself.
CREATE TABLE sluice.instance_key (
    name  text PRIMARY KEY,
    value bytea NOT NULL
);
