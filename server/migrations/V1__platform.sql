-- What every room builds on: the audit, jobs, idempotency.

-- Who did what, from where, to what, with what result; refusals too (D1.23, X36). Append-only.
CREATE TABLE audit (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    actor       text NOT NULL,              -- 'account:<uuid>', 'public', 'worker', 'cli'
    address     text,                       -- client address as trusted proxies tell it
    action      text NOT NULL,              -- 'documents.release', 'reports.read', …
    object      text NOT NULL,              -- 'order:12', 'report:TB-…'
    result      text NOT NULL,              -- 'done' or the slug of the refusal
    details     jsonb NOT NULL DEFAULT '{}'
);

-- What auditors search by, newest first, and what people see of the sign-ins with their own accounts.
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_object ON audit (object, id);
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_of_sign_ins ON audit (object, id) WHERE action = 'auth.sign-in';

-- The chain over audit: HMAC under a key that the database does not hold. Laid by the worker in the order in which rows
-- became visible.
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

-- What must happen next, committed with its cause. Attempts are counted before the work, in a transaction of their own: a job
-- that ends its worker is found by its count.
CREATE TABLE job (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL,
    lane        text NOT NULL DEFAULT 'general',    -- which workers take it
    payload     jsonb NOT NULL,
    run_at      timestamptz NOT NULL DEFAULT now(),
    attempts    int NOT NULL DEFAULT 0,
    last_error  text,
    appended_at timestamptz NOT NULL DEFAULT now(),
    held_until  timestamptz                 -- set when an attempt begins, NULL when its result is recorded
);
-- A payload is mostly random ids: trying to compress it takes longer than writing it.
ALTER TABLE job ALTER COLUMN payload SET STORAGE EXTERNAL;
CREATE INDEX job_due ON job (lane, run_at, id);
CREATE INDEX job_refresh ON job (run_at) WHERE kind LIKE 'refresh-%';   -- how far the snapshot lags

-- Jobs that failed too often: taken by no worker until an operator retries or drops them.
CREATE TABLE dead_job (
    id          bigint PRIMARY KEY,         -- the job's own
    kind        text NOT NULL,
    lane        text NOT NULL,
    payload     jsonb NOT NULL,
    things      int NOT NULL,               -- what it is about: scans, units, photos
    attempts    int NOT NULL,
    last_error  text,
    appended_at timestamptz NOT NULL,
    died_at     timestamptz NOT NULL
);

-- How far a snapshot has been refreshed, by the key of its mark in Redis. A snapshot whose own mark is lower is an old
-- copy that was put back, and is not believed (R2).
CREATE TABLE refresh_mark (
    snapshot    text PRIMARY KEY,
    mark        bigint NOT NULL
);

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
