-- What the users' statements wrote, for view sluice.writes of their databases: the last 10,000 of each user. Ids grow with time.
CREATE TABLE sluice.write_history (
    username         text NOT NULL,
    statement        bigint NOT NULL,
    time             timestamptz NOT NULL,     -- when it ended
    kind             text NOT NULL,
    table_name       text NOT NULL,
    rows             bigint NOT NULL,
    rejected         bigint NOT NULL,
    requests         bigint NOT NULL,
    retries          bigint NOT NULL,
    bytes            bigint NOT NULL,
    decoding_ms      double precision NOT NULL,
    waiting_ms       double precision NOT NULL,
    cdf_ms           double precision NOT NULL,
    sqlstate         text,
    error            text,
    application_name text,
    request_ids      text[] NOT NULL
);

CREATE INDEX write_history_user ON sluice.write_history (username, statement);

-- Rows that were set aside, for view sluice.rejected_rows: the last 100,000 of each user.
CREATE TABLE sluice.rejected_row (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    username   text NOT NULL,
    statement  bigint NOT NULL,
    time       timestamptz NOT NULL,
    table_name text NOT NULL,
    line       bigint,
    key        text,
    sqlstate   text NOT NULL,
    reason     text NOT NULL,
    row        text NOT NULL                   -- JSON
);

CREATE INDEX rejected_row_user ON sluice.rejected_row (username, id);
