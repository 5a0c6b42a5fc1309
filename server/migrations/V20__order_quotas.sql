-- Orders are bounded by quotas, large ones and those for stamps wait for an operator's approval, and one of which
-- nothing was exported can be voided.
ALTER TABLE code_order
    ADD COLUMN state text NOT NULL DEFAULT 'approved'
        CHECK (state IN ('awaiting-approval', 'approved', 'refused', 'voided')),
    ADD COLUMN decided_by  uuid,
    ADD COLUMN decided_at  timestamptz,
    ADD COLUMN reason      text,            -- of a refusal
    ADD COLUMN exported_at timestamptz,     -- since when its codes may be known outside: exported, printed or applied
    ADD COLUMN applied     int NOT NULL DEFAULT 0;  -- units that are no longer 'emitted'

-- What orders did before was not recorded: all of them count as exported.
UPDATE code_order SET exported_at = created_at, decided_at = created_at;
UPDATE code_order o SET applied = s.applied
FROM (
    SELECT order_number, sum((get_byte(states, 2 * unit) >= 16)::int)::int AS applied
    FROM segment, generate_series(0, length(states) / 2 - 1) AS unit
    GROUP BY order_number
) s WHERE s.order_number = o.number;

ALTER TABLE code_order
    ALTER COLUMN state DROP DEFAULT,
    ADD CHECK (applied BETWEEN 0 AND quantity),
    ADD CHECK ((state = 'refused') = (reason IS NOT NULL));
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

-- A sequence is given to participants in blocks, so that none of them can use up what the others need.
ALTER TABLE place_sequence
    ADD COLUMN room        bigint NOT NULL DEFAULT 0,   -- how many places it has
    ADD COLUMN given_on    date,                        -- the day …
    ADD COLUMN given_today bigint NOT NULL DEFAULT 0,   -- … and how many places were given on it
    ADD COLUMN alarmed_on  date;                        -- the last day on which one percent was given
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
INSERT INTO place_block (sequence, first_place, end_place, next_place, participant, given_at)
    SELECT sequence, first_place, first_place + quantity, first_place + quantity, participant, created_at
    FROM code_order WHERE sequence IS NOT NULL AND sequence IN (SELECT name FROM place_sequence);

-- Places of voided orders: their participant uses them again.
CREATE TABLE place_returned (
    sequence    text NOT NULL REFERENCES place_sequence (name),
    first_place bigint NOT NULL,
    end_place   bigint NOT NULL CHECK (end_place > first_place),
    participant int NOT NULL REFERENCES participant (number),
    PRIMARY KEY (sequence, first_place)
);
