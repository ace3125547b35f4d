-- Which of the gateway's versions the user was made with: it decides the names of his tables and columns.
ALTER TABLE sluice.gateway_user ADD version smallint NOT NULL DEFAULT 2;

-- Who made the user, as the identity provider names the caller. Version 1 lets nobody else change its tables.
ALTER TABLE sluice.gateway_user ADD created_by text;

-- The password before the last change, good until then. It has the salt of the present one.
ALTER TABLE sluice.gateway_user ADD previous_verifier text;
ALTER TABLE sluice.gateway_user ADD previous_valid_until timestamptz;
