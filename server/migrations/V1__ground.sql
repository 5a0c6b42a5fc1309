-- What every capability stands on: audit, jobs, idempotency, keys.

-- Who did what, from where, to what, with what result; refusals too (D1.23, X36). Append-only.
CREATE TABLE audit (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    actor       text NOT NULL,              -- 'account:<uuid>', 'public', 'worker', 'cli'
    address     text,                       -- client address as trusted proxies tell it
    action      text NOT NULL,              -- 'codes.release', 'reports.read', …
    object      text NOT NULL,              -- 'order:12', 'report:TB-…'
    result      text NOT NULL,              -- 'done' or the slug of the refusal
    details     jsonb NOT NULL DEFAULT '{}'
);

-- The chain over audit, laid by the worker in the order in which rows became visible.
CREATE TABLE audit_link (
    position    bigint PRIMARY KEY,
    audit_id    bigint NOT NULL UNIQUE REFERENCES audit (id),
    hash        bytea NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_link_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_link
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What must happen next, committed with its cause.
CREATE TABLE job (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL,
    lane        text NOT NULL DEFAULT 'general',    -- which workers take it
    payload     jsonb NOT NULL,
    run_at      timestamptz NOT NULL DEFAULT now(),
    attempts    int NOT NULL DEFAULT 0,
    last_error  text
);
CREATE INDEX job_due ON job (run_at, id);
CREATE INDEX job_refresh ON job (run_at) WHERE kind LIKE 'refresh-%';   -- how far the snapshot lags

-- One answer for one key of one caller.
CREATE TABLE idempotency (
    caller      text NOT NULL,
    key         text NOT NULL,
    fingerprint bytea NOT NULL,             -- SHA-256 of route and body
    answer      jsonb,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- Secrets by id, private halves encrypted under the master key. A key signs from signs_from until
-- signs_until, and of several the newest signs; it verifies until it is revoked.
CREATE TABLE secret_key (
    id             text PRIMARY KEY,        -- 4 characters for seals (AI 91), longer for the rest
    purpose        text NOT NULL CHECK (purpose IN ('seal', 'serial', 'token', 'contact')),
    product_group  text,                    -- seals only; stamps are the seals of alcohol
    algorithm      text NOT NULL CHECK (algorithm IN ('ed25519', 'hmac-sha256', 'ff1-aes-256', 'aes-256-gcm')),
    public_key     bytea,                   -- ed25519 only
    private_sealed bytea NOT NULL,
    created_at     timestamptz NOT NULL,
    signs_from     timestamptz NOT NULL,    -- a little after created_at, so that verifiers learn of it first
    signs_until    timestamptz,             -- NULL for the keys that never change: serial and contact
    revoked_at     timestamptz,
    CHECK ((purpose = 'seal') = (product_group IS NOT NULL)),
    CHECK ((purpose IN ('seal', 'token')) = (signs_until IS NOT NULL))
);
