-- Databases of people who sign in with access tokens of their own. The name is a keyed hash of who it is; nothing else of a token is kept.
CREATE TABLE sluice.person (
    name         text PRIMARY KEY,
    project      text NOT NULL,
    created_time timestamptz NOT NULL,
    last_used    timestamptz NOT NULL
);

CREATE INDEX person_last_used ON sluice.person (last_used);
