-- Participants, their people, their goods (D1.8, D1.20, S1, S5).
CREATE TABLE participant (
    number      int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bin         char(12) NOT NULL UNIQUE,   -- BIN or IIN, check digit held
    name_kk     text NOT NULL,
    name_ru     text NOT NULL,
    name_en     text NOT NULL,
    roles       text[] NOT NULL,            -- producer, importer, wholesaler, retailer
    address     text,
    created_at  timestamptz NOT NULL,
    blocked_at  timestamptz
);

CREATE TABLE account (
    id             uuid PRIMARY KEY,
    login          text NOT NULL UNIQUE,
    password_hash  text NOT NULL,
    totp_sealed    bytea NOT NULL,          -- the second factor's secret, encrypted
    totp_last_step bigint NOT NULL DEFAULT 0,
    role           text NOT NULL CHECK (role IN ('clerk', 'inspector', 'participant', 'operator', 'auditor')),
    participant    int REFERENCES participant (number),
    region         text,                    -- KATO code, inspectors only
    created_at     timestamptz NOT NULL,
    disabled_at    timestamptz,
    CHECK ((role IN ('clerk', 'participant')) = (participant IS NOT NULL)),
    CHECK ((role = 'inspector') = (region IS NOT NULL))
);

-- A sign-in and everything refreshed from it; ended at once as a whole (X14).
CREATE TABLE token_family (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account (id),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,       -- refreshing doesn't prolong it
    ended_at    timestamptz
);
CREATE INDEX token_family_of_account ON token_family (account_id) WHERE ended_at IS NULL;
CREATE INDEX token_family_age ON token_family (expires_at);
CREATE TABLE refresh_token (
    hash        bytea PRIMARY KEY,          -- SHA-256 of the token
    family_id   uuid NOT NULL REFERENCES token_family (id) ON DELETE CASCADE,
    used_at     timestamptz
);
CREATE INDEX refresh_token_of_family ON refresh_token (family_id);

-- Attempts to sign in, to slow guessing down (X17); forgotten after an hour.
CREATE TABLE sign_in_attempt (
    key         bytea PRIMARY KEY,          -- SHA-256 of network and login, or of the network
    attempts    int NOT NULL,
    last_at     timestamptz NOT NULL,
    refused     boolean NOT NULL            -- a refusal stands in the audit since the last attempt that was looked at
);

CREATE TABLE product (
    gtin           bigint PRIMARY KEY,
    participant    int NOT NULL REFERENCES participant (number),
    product_group  text NOT NULL,
    trade_name_kk  text NOT NULL,
    trade_name_ru  text NOT NULL,
    trade_name_en  text NOT NULL,
    manufacturer   text NOT NULL,
    country        char(2) NOT NULL,        -- ISO 3166-1
    hs_code        text NOT NULL,           -- EAEU commodity code, 4 to 10 digits
    attributes     jsonb NOT NULL DEFAULT '{}',
    state          text NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
    created_at     timestamptz NOT NULL
);
CREATE INDEX product_of_participant ON product (participant, gtin);
