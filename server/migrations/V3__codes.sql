-- Codes are computed; what is stored is the order, and the state of its units in dense segments.
CREATE TABLE code_order (
    number        int GENERATED ALWAYS AS IDENTITY PRIMARY KEY CHECK (number BETWEEN 1 AND 67108863),
    id            uuid NOT NULL UNIQUE,     -- the client's own
    gtin          bigint NOT NULL REFERENCES product (gtin),
    participant   int NOT NULL REFERENCES participant (number),
    product_group text NOT NULL,
    quantity      int NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
    sequence      text,                     -- short serials and stamps: where its places are …
    first_place   bigint,                   -- … and which is the first
    key_id        text NOT NULL,            -- the key that seals this order's codes
    price_tenge   int,                      -- tobacco: the maximum retail price on the label
    created_by    uuid NOT NULL,
    created_at    timestamptz NOT NULL,
    CHECK ((sequence IS NULL) = (first_place IS NULL)),
    UNIQUE (sequence, first_place)
);
CREATE INDEX code_order_of_participant ON code_order (participant, number);

-- The next free place of a GTIN's short serials ('gtin:…') or of a stamp series ('stamp:KZ'). It only grows, so no
-- place is ever given out twice (D1.1).
CREATE TABLE place_sequence (
    name       text PRIMARY KEY,
    next_place bigint NOT NULL
);

-- What an order's units share: release facts, a recall, a reason of withdrawal. Number 0 means none.
CREATE TABLE particulars (
    order_number       int NOT NULL REFERENCES code_order (number),
    number             int NOT NULL CHECK (number BETWEEN 1 AND 4095),
    produced_on        date,
    expires_on         date,
    importer           int REFERENCES participant (number),
    declaration_number text,
    declared_on        date,
    recall_reason      text,
    recalled_on        date,
    withdrawal_reason  text,
    PRIMARY KEY (order_number, number)
);
CREATE UNIQUE INDEX particulars_once ON particulars (order_number, produced_on, expires_on, importer,
    declaration_number, declared_on, recall_reason, recalled_on, withdrawal_reason) NULLS NOT DISTINCT;

-- Up to 1024 units each; a missing row means: all emitted, none touched, all with the orderer.
CREATE TABLE segment (
    order_number int NOT NULL REFERENCES code_order (number),
    number       int NOT NULL CHECK (number BETWEEN 0 AND 976),
    version      bigint NOT NULL,
    states       bytea NOT NULL CHECK (length(states) BETWEEN 2 AND 2048),   -- marking::segment without its version
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

-- A document: its envelope. Its id is the client's own.
CREATE TABLE document (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL,             -- apply, release, ship, accept, sell, return, withdraw, recall, pack, …
    number       text,                      -- the author's own number of the paper
    participant  int REFERENCES participant (number),   -- who filed it; NULL: an operator
    receiver     int REFERENCES participant (number),   -- whose signature it awaits, or has
    about        uuid REFERENCES document (id),         -- the earlier document that it ends or changes
    account_id   uuid NOT NULL,
    at           timestamptz NOT NULL,
    state        text NOT NULL CHECK (state IN ('filed', 'awaiting', 'accepted', 'cancelled')),
    changed_at   timestamptz NOT NULL,
    due_at       timestamptz,               -- when the receiver's answer is due
    version      int NOT NULL DEFAULT 1,    -- raised by each change of the state
    fingerprint  bytea NOT NULL,            -- SHA-256 of what was sent: a retry has the same
    sent         bytea NOT NULL,            -- the bytes that were sent
    details      jsonb NOT NULL,            -- what was said besides the units
    units        int NOT NULL DEFAULT 0,
    CHECK (state = 'filed' OR receiver IS NOT NULL)
);
CREATE INDEX document_of_participant ON document (participant, at);
CREATE INDEX document_of_receiver ON document (receiver, at) WHERE receiver IS NOT NULL;
CREATE TABLE document_range (
    document_id  uuid NOT NULL REFERENCES document (id),
    order_number int NOT NULL REFERENCES code_order (number),
    first_index  int NOT NULL,
    last_index   int NOT NULL CHECK (last_index >= first_index),
    PRIMARY KEY (document_id, order_number, first_index)
);
CREATE INDEX document_range_of_order ON document_range (order_number, first_index);

-- The packs that a document named.
CREATE TABLE document_pack (
    document_id uuid NOT NULL REFERENCES document (id),
    sscc        bigint NOT NULL REFERENCES pack (sscc),
    PRIMARY KEY (document_id, sscc)
);
