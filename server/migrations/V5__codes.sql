-- Orders of codes, their quotas, and the places of short serials and stamps. Codes are computed; what is stored is the order.

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
    state         text NOT NULL CHECK (state IN ('awaiting-approval', 'approved', 'refused', 'voided')),
    decided_by    uuid,
    decided_at    timestamptz,
    reason        text,                     -- of a refusal
    exported_at   timestamptz,              -- since when its codes may be known outside: exported, printed or applied
    applied       int NOT NULL DEFAULT 0,   -- units that are no longer 'emitted'
    CHECK ((sequence IS NULL) = (first_place IS NULL)),
    CHECK (applied BETWEEN 0 AND quantity),
    CHECK ((state = 'refused') = (reason IS NOT NULL)),
    UNIQUE (sequence, first_place)
);
CREATE INDEX code_order_of_participant ON code_order (participant, number);
CREATE INDEX code_order_placed ON code_order (participant, created_at);
CREATE INDEX code_order_not_applied ON code_order (participant, gtin)
    WHERE applied < quantity AND state IN ('awaiting-approval', 'approved');
CREATE INDEX code_order_awaiting ON code_order (number) WHERE state = 'awaiting-approval';
-- Only orders whose codes may be known outside are looked up by place: so a place that is used again never led anywhere.
CREATE INDEX code_order_exported ON code_order (sequence, first_place) WHERE exported_at IS NOT NULL;

-- Bounds that an operator set for a participant, for all its goods (gtin NULL) or for one; NULL is the default.
CREATE TABLE order_quota (
    participant    int NOT NULL REFERENCES participant (number),
    gtin           bigint REFERENCES product (gtin),
    codes_a_day    bigint CHECK (codes_a_day >= 0),
    not_applied    bigint CHECK (not_applied >= 0),
    orders_a_day   bigint CHECK (orders_a_day >= 0),
    approval_above bigint CHECK (approval_above >= 0),
    places         bigint CHECK (places >= 0),  -- of the sequence that the goods' serials share
    set_by         uuid NOT NULL,
    set_at         timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (participant, gtin)
);

-- The next free place of a GTIN's short serials ('gtin:…') or of a stamp series ('stamp:KZ'). It only grows, so no
-- place is ever given out twice (D1.1).
CREATE TABLE place_sequence (
    name       text PRIMARY KEY,
    next_place bigint NOT NULL,
    room        bigint NOT NULL DEFAULT 0,  -- how many places it has
    given_on    date,                       -- the day …
    given_today bigint NOT NULL DEFAULT 0,  -- … and how many places were given on it
    alarmed_on  date                        -- the last day on which one percent was given
);

-- A sequence is given to participants in blocks, so that none of them can use up what the others need.
CREATE TABLE place_block (
    sequence    text NOT NULL REFERENCES place_sequence (name),
    first_place bigint NOT NULL,
    end_place   bigint NOT NULL CHECK (end_place > first_place),    -- the place after its last
    next_place  bigint NOT NULL CHECK (next_place BETWEEN first_place AND end_place),
    participant int NOT NULL REFERENCES participant (number),
    given_at    timestamptz NOT NULL,
    PRIMARY KEY (sequence, first_place)
);
CREATE INDEX place_block_of_participant ON place_block (sequence, participant);

-- Places of voided orders: their participant uses them again.
CREATE TABLE place_returned (
    sequence    text NOT NULL REFERENCES place_sequence (name),
    first_place bigint NOT NULL,
    end_place   bigint NOT NULL CHECK (end_place > first_place),
    participant int NOT NULL REFERENCES participant (number),
    PRIMARY KEY (sequence, first_place)
);
