-- Accounts, sign-in, sessions (X14, X17, X51, X53, X57, X73 to X79).

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
    initial_password boolean NOT NULL DEFAULT false,  -- chosen by another person: replaced at the first sign-in
    initial_totp     boolean NOT NULL DEFAULT false,  -- likewise
    totp_next_sealed bytea,                           -- a second factor that waits for its first code
    totp_next_at     timestamptz,
    active_since     timestamptz,                     -- when it was last enabled; NULL: since it was made
    disabled_why     text CHECK (disabled_why IN ('operator', 'wrong-codes', 'unused')),
    CHECK ((role IN ('clerk', 'participant')) = (participant IS NOT NULL)),
    CHECK ((role = 'inspector') = (region IS NOT NULL))
);

-- A sign-in and everything refreshed from it; ended at once as a whole (X14).
CREATE TABLE token_family (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account (id),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,       -- refreshing doesn't prolong it
    ended_at    timestamptz,
    last_used_at timestamptz,               -- the last refresh; NULL: the sign-in
    address     text,
    client      text                        -- the beginning of its User-Agent
);
CREATE INDEX token_family_of_account ON token_family (account_id) WHERE ended_at IS NULL;
CREATE INDEX token_family_age ON token_family (expires_at);
CREATE TABLE refresh_token (
    hash        bytea PRIMARY KEY,          -- SHA-256 of the token
    family_id   uuid NOT NULL REFERENCES token_family (id) ON DELETE CASCADE,
    used_at     timestamptz,
    next_salt   bytea,                      -- a refresh that is repeated soon gets the same next token, which is computed
    next_hash   bytea                       -- from the old token and this salt
);
CREATE INDEX refresh_token_of_family ON refresh_token (family_id);

-- Attempts to sign in, to slow guessing down (X17); forgotten after an hour.
CREATE TABLE sign_in_attempt (
    key         bytea PRIMARY KEY,          -- SHA-256 of network and login, or of the network
    attempts    int NOT NULL,
    last_at     timestamptz NOT NULL,
    refused     boolean NOT NULL            -- a refusal stands in the audit since the last attempt that was looked at
);

-- Signing in with an account. Apart from account, whose rows writers of other tables lock.
CREATE TABLE account_use (
    account_id     uuid PRIMARY KEY REFERENCES account (id),
    last_at        timestamptz,              -- the last sign-in
    last_address   text,
    before_at      timestamptz,              -- the one before it, which its person is shown
    before_address text,
    failures       int NOT NULL DEFAULT 0,   -- failed sign-ins since the last one
    before_failures int NOT NULL DEFAULT 0,  -- those between the one before and the last one
    bare_passwords int NOT NULL DEFAULT 0,   -- right passwords without a code since the last sign-in
    bare_address   text,
    bare_at        timestamptz,
    wrong_codes    int NOT NULL DEFAULT 0    -- wrong codes after a right password since the last sign-in
);

-- Where an account signed in lately: such a sign-in is not held up by others' attempts in the same network.
CREATE TABLE sign_in_place (
    key            bytea PRIMARY KEY,        -- SHA-256 of login and address or network
    last_at        timestamptz NOT NULL
);
CREATE INDEX sign_in_place_age ON sign_in_place (last_at);

-- What was done to an account, shown to its person at the next sign-in.
CREATE TABLE account_notice (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id     uuid NOT NULL REFERENCES account (id),
    at             timestamptz NOT NULL,
    kind           text NOT NULL,
    by_whom        text,                     -- logins; NULL: the person or the command line
    seen_at        timestamptz
);
CREATE INDEX account_notice_unseen ON account_notice (account_id) WHERE seen_at IS NULL;

-- Codes that replace the second factor once each.
CREATE TABLE recovery_code (
    account_id     uuid NOT NULL REFERENCES account (id),
    hash           bytea NOT NULL,           -- SHA-256; a code has 80 random bits
    used_at        timestamptz,
    PRIMARY KEY (account_id, hash)
);
