-- A participant can be blocked for a reason (Q23), and has the GS1 prefixes under which it numbers its packs.
ALTER TABLE participant
    ADD COLUMN blocked_reason text,
    ADD COLUMN blocked_by     uuid,
    ADD COLUMN gs1_prefixes   text[] NOT NULL DEFAULT '{}';

-- A customs declaration is one importer's: its number serves several of their releases, and nobody else's.
CREATE TABLE declaration (
    number   text PRIMARY KEY,
    importer int NOT NULL REFERENCES participant (number)
);
INSERT INTO declaration (number, importer)
    SELECT DISTINCT ON (declaration_number) declaration_number, importer FROM particulars
    WHERE declaration_number IS NOT NULL AND importer IS NOT NULL ORDER BY declaration_number, order_number, number;
