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

-- A document that changed the state of units; its id is the client's own.
CREATE TABLE operation (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL,             -- apply, release, ship, accept, sell, return, withdraw, recall, pack, …
    participant  int REFERENCES participant (number),   -- NULL: the operator
    account_id   uuid NOT NULL,
    at           timestamptz NOT NULL,
    fingerprint  bytea NOT NULL,            -- SHA-256 of what was sent: a retry must be the same
    units        int NOT NULL,
    details      jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX operation_of_participant ON operation (participant, at);
CREATE TABLE operation_range (
    operation_id uuid NOT NULL REFERENCES operation (id),
    order_number int NOT NULL REFERENCES code_order (number),
    first_index  int NOT NULL,
    last_index   int NOT NULL CHECK (last_index >= first_index),
    PRIMARY KEY (operation_id, order_number, first_index)
);
CREATE INDEX operation_range_of_order ON operation_range (order_number, first_index);

-- Goods under way from one participant to another.
CREATE TABLE shipment (
    id           uuid PRIMARY KEY REFERENCES operation (id),
    sender       int NOT NULL REFERENCES participant (number),
    receiver     int NOT NULL REFERENCES participant (number),
    state        text NOT NULL CHECK (state IN ('awaiting', 'accepted', 'cancelled')),
    changed_at   timestamptz NOT NULL
);
CREATE INDEX shipment_of_sender ON shipment (sender);
CREATE INDEX shipment_of_receiver ON shipment (receiver);

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

-- The packs that a document named.
CREATE TABLE operation_pack (
    operation_id uuid NOT NULL REFERENCES operation (id),
    sscc         bigint NOT NULL REFERENCES pack (sscc),
    PRIMARY KEY (operation_id, sscc)
);
