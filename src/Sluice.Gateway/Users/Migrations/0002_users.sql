-- A gateway user: a login for SQL, and the credentials with which Sluice acts for it in one CDF project.
CREATE TABLE sluice.gateway_user (
    username          text PRIMARY KEY,
    project           text NOT NULL,
    verifier          text NOT NULL,       -- SCRAM-SHA-256, as pg_authid.rolpassword; the password itself is kept nowhere
    credentials       bytea NOT NULL,      -- encrypted
    session_id        bigint,              -- of a CDF session, in the clear since the REST API shows it
    options           jsonb NOT NULL DEFAULT '{}',
    created_time      timestamptz NOT NULL,
    last_updated_time timestamptz NOT NULL
);

CREATE INDEX gateway_user_project ON sluice.gateway_user (project, created_time, username);

-- A user's own tables, as they were declared; the database of the user is made from them.
CREATE TABLE sluice.user_table (
    username     text NOT NULL REFERENCES sluice.gateway_user ON DELETE CASCADE,
    tablename    text NOT NULL,
    definition   json NOT NULL,            -- json, not jsonb: the columns have an order
    created_time timestamptz NOT NULL,
    PRIMARY KEY (username, tablename)
);
