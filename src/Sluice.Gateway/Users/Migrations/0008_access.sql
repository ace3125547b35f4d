-- When the client secret or the CDF session of the credentials ends, as far as that is known.
ALTER TABLE sluice.gateway_user ADD credentials_end timestamptz;

-- The credentials have been seen with the capability postgresGateway. Who never had it cannot lose it.
ALTER TABLE sluice.gateway_user ADD gateway_capability boolean NOT NULL DEFAULT false;
