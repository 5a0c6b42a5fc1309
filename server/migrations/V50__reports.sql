-- Reports: replies with photos, hand-overs with a reason, a search, and nothing kept that tells who wrote.

-- What one inspector writes for another; it is never shown to the report's author.
ALTER TABLE report_event ADD COLUMN note text;
-- Who had the report before a hand-over, and who has it since.
ALTER TABLE report_event ADD COLUMN from_account uuid;
ALTER TABLE report_event ADD COLUMN to_account uuid;
-- The message that a photo came with; NULL: it came with the report itself.
ALTER TABLE report_photo ADD COLUMN event_id bigint REFERENCES report_event (id);
-- Number, GTIN, shop and address in small letters: what inspectors search. Goes with the data of the report's author.
ALTER TABLE report ADD COLUMN search text;
UPDATE report SET search = lower(concat_ws(' ', number, lpad(gtin::text, 14, '0'), outlet, address)) WHERE deleted_at IS NULL;
-- Files that are about to be written. A row goes in the transaction that gives its file to a report; what stays was left by
-- a process that died in between, and is swept.
CREATE TABLE report_photo_pending (
    path            text PRIMARY KEY,
    noted_at        timestamptz NOT NULL
);
-- The key of a day, under which the audit keeps the network of a report's author. It goes two days later; what the audit
-- keeps can't be traced to a network from then on.
CREATE TABLE report_day_key (
    day             date PRIMARY KEY,
    key             bytea NOT NULL
);
