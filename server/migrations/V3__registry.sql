-- Participants and their goods (D1.8, D1.20, S1, S5).

CREATE TABLE participant (
    number      int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bin         char(12) NOT NULL UNIQUE,   -- BIN or IIN, check digit held
    name_kk     text NOT NULL,
    name_ru     text NOT NULL,
    name_en     text NOT NULL,
    roles       text[] NOT NULL,            -- producer, importer, wholesaler, retailer
    address     text,
    created_at  timestamptz NOT NULL,
    blocked_at  timestamptz,
    blocked_reason text,                    -- why it was blocked (Q23) …
    blocked_by     uuid,                    -- … and the operator who did it
    gs1_prefixes   text[] NOT NULL DEFAULT '{}'     -- under which it numbers its packs
);

CREATE TABLE product (
    gtin           bigint PRIMARY KEY,
    participant    int NOT NULL REFERENCES participant (number),
    product_group  text NOT NULL,
    trade_name_kk  text NOT NULL,
    trade_name_ru  text NOT NULL,
    trade_name_en  text NOT NULL,
    manufacturer   text NOT NULL,           -- as it was given
    country        char(2) NOT NULL,        -- ISO 3166-1
    hs_code        text NOT NULL,           -- EAEU commodity code, 4 to 10 digits
    attributes     jsonb NOT NULL DEFAULT '{}',
    state          text NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
    created_at     timestamptz NOT NULL,
    manufacturer_names jsonb                -- in Kazakh, Russian and English, where all three are known
);
CREATE INDEX product_of_participant ON product (participant, gtin);
