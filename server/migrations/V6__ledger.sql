-- The state of units in dense segments, what they share, their holders, packs.

-- What an order's units share: release facts, a recall, a reason of withdrawal. Number 0 means none.
CREATE TABLE particulars (
    order_number       int NOT NULL REFERENCES code_order (number),
    number             int NOT NULL CHECK (number BETWEEN 1 AND 4095),
    produced_on        date,
    expires_on         date,
    importer           int REFERENCES participant (number),
    declaration_number text,
    declared_on        date,
    recall_reason      jsonb,               -- in Kazakh, Russian and English
    recalled_on        date,
    withdrawal_reason  text,
    PRIMARY KEY (order_number, number)
);
-- Three texts of 500 characters can be longer than a row of an index, so the index holds their digest.
CREATE UNIQUE INDEX particulars_once ON particulars (order_number, produced_on, expires_on, importer,
    declaration_number, declared_on, md5(recall_reason::text), recalled_on, withdrawal_reason) NULLS NOT DISTINCT;

-- Up to 1,016 units each (marking::segment): with its version a full one fills 2,048 bytes of Redis' memory and not 2,560.
-- A missing row means: all emitted, all with the orderer.
CREATE TABLE segment (
    order_number int NOT NULL REFERENCES code_order (number),
    number       int NOT NULL CHECK (number BETWEEN 0 AND 984),
    version      bigint NOT NULL,
    states       bytea NOT NULL CHECK (length(states) BETWEEN 2 AND 2032),   -- marking::segment without its version
    owners       bytea CHECK (length(owners) = length(states)),  -- two bytes a unit, number of its holder; NULL: all 0
    PRIMARY KEY (order_number, number)
);
ALTER TABLE segment ALTER COLUMN states SET STORAGE EXTERNAL;

-- Who holds units of an order besides the orderer (0).
CREATE TABLE holder (
    order_number int NOT NULL REFERENCES code_order (number),
    number       int NOT NULL CHECK (number BETWEEN 1 AND 65535),
    participant  int NOT NULL REFERENCES participant (number),
    PRIMARY KEY (order_number, number),
    UNIQUE (order_number, participant)
);

-- Packs: what an SSCC holds, units or other packs (D1.4).
CREATE TABLE pack (
    sscc         bigint PRIMARY KEY,
    level        text NOT NULL CHECK (level IN ('group', 'transport')),
    owner        int NOT NULL REFERENCES participant (number),
    parent       bigint REFERENCES pack (sscc),
    packed_at    timestamptz NOT NULL,
    opened_at    timestamptz
);
CREATE INDEX pack_children ON pack (parent) WHERE parent IS NOT NULL;
CREATE TABLE pack_unit (
    order_number int NOT NULL REFERENCES code_order (number),
    unit_index   int NOT NULL,
    sscc         bigint NOT NULL REFERENCES pack (sscc),
    PRIMARY KEY (order_number, unit_index)
);
CREATE INDEX pack_unit_of_pack ON pack_unit (sscc);
