-- What people do with their own accounts, and what is remembered of signing in (X51, X53, X57, X73 to X79).

ALTER TABLE account
    ADD COLUMN initial_password boolean NOT NULL DEFAULT false,  -- chosen by somebody else: replaced at the first sign-in
    ADD COLUMN initial_totp     boolean NOT NULL DEFAULT false,  -- likewise
    ADD COLUMN totp_next_sealed bytea,                           -- a second factor that waits for its first code
    ADD COLUMN totp_next_at     timestamptz,
    ADD COLUMN active_since     timestamptz,                     -- when it was last enabled; NULL: since it was made
    ADD COLUMN disabled_why     text CHECK (disabled_why IN ('operator', 'wrong-codes', 'unused'));
UPDATE account SET disabled_why = 'operator' WHERE disabled_at IS NOT NULL;

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

ALTER TABLE token_family
    ADD COLUMN last_used_at timestamptz,     -- the last refresh; NULL: the sign-in
    ADD COLUMN address      text,
    ADD COLUMN client       text;            -- the beginning of its User-Agent
-- A refresh that is repeated soon gets the same next token, which is computed from the old token and this salt.
ALTER TABLE refresh_token
    ADD COLUMN next_salt bytea,
    ADD COLUMN next_hash bytea;

-- What one operator asks for and another one has to approve (X57).
CREATE TABLE approval (
    id             uuid PRIMARY KEY,
    kind           text NOT NULL CHECK (kind IN ('add-account', 'set-role', 'renew-secrets', 'revoke-key')),
    subject        text NOT NULL,            -- a login or the id of a key
    request        jsonb NOT NULL,
    asked_by       uuid NOT NULL REFERENCES account (id),
    asked_at       timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    state          text NOT NULL CHECK (state IN ('pending', 'approved', 'refused', 'expired')),
    decided_by     uuid REFERENCES account (id),
    decided_at     timestamptz,
    CHECK ((state = 'pending') = (decided_at IS NULL)),
    CHECK (state <> 'approved' OR decided_by <> asked_by)
);
CREATE INDEX approval_of_time ON approval (asked_at DESC, id);
CREATE UNIQUE INDEX approval_pending ON approval (kind, subject) WHERE state = 'pending';

-- What people see of the sign-ins with their own accounts.
CREATE INDEX audit_of_sign_ins ON audit (object, id) WHERE action = 'auth.sign-in';
