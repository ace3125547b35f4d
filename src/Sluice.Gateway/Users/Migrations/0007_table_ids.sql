-- Version 1 of the administration API names tables by number.
ALTER TABLE sluice.user_table ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY UNIQUE;
