-- Tables over views are declared in a way of their own.
ALTER TABLE sluice.user_table ADD COLUMN type text NOT NULL DEFAULT 'raw_rows' CHECK (type IN ('raw_rows', 'view'));
ALTER TABLE sluice.user_table ALTER COLUMN type DROP DEFAULT;
