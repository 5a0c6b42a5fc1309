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
    payload     jsonb NOT NULL,
    run_at      timestamptz NOT NULL DEFAULT now(),
    attempts    int NOT NULL DEFAULT 0,
    last_error  text
);
CREATE INDEX job_due ON job (run_at, id);

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

-- Secrets by id, private halves encrypted under the master key.
CREATE TABLE secret_key (
    id             text PRIMARY KEY,        -- 4 characters for seals (AI 91), longer for tokens
    purpose        text NOT NULL CHECK (purpose IN ('seal', 'stamp', 'serial', 'token', 'contact')),
    product_group  text,                    -- seals only
    algorithm      text NOT NULL CHECK (algorithm IN ('ed25519', 'hmac-sha256', 'ff1-aes256', 'aes-256-gcm')),
    public_key     bytea,
    private_sealed bytea NOT NULL,
    state          text NOT NULL CHECK (state IN ('active', 'retired', 'revoked')),
    created_at     timestamptz NOT NULL,
    signs_until    timestamptz,             -- seals sign for six months at most
    changed_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX secret_key_one_active
    ON secret_key (purpose, coalesce(product_group, '')) WHERE state = 'active';
