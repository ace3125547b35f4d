-- What an administrator calls a user, whose username is made by Sluice.
ALTER TABLE sluice.gateway_user ADD name text;
CREATE UNIQUE INDEX gateway_user_name ON sluice.gateway_user (project, name);
