-- Keys.

-- Secrets by id, private halves encrypted under the master key. A key signs from signs_from until
-- signs_until, and of several the newest signs; it verifies until it is revoked.
CREATE TABLE secret_key (
    id             text PRIMARY KEY,        -- 4 characters for seals (AI 91), longer for the rest
    purpose        text NOT NULL CHECK (purpose IN ('seal', 'serial', 'token', 'contact', 'push')),
    product_group  text,                    -- seals only; stamps are the seals of alcohol
    algorithm      text NOT NULL CHECK (algorithm IN ('ed25519', 'hmac-sha256', 'ff1-aes-256', 'aes-256-gcm', 'es256')),
    public_key     bytea,                   -- ed25519 and es256 only
    private_sealed bytea NOT NULL,
    created_at     timestamptz NOT NULL,
    signs_from     timestamptz NOT NULL,    -- a little after created_at, so that verifiers learn of it first
    signs_until    timestamptz,             -- NULL for the keys that never change: serial, contact and push
    revoked_at     timestamptz,
    CHECK ((purpose = 'seal') = (product_group IS NOT NULL)),
    CHECK ((purpose IN ('seal', 'token')) = (signs_until IS NOT NULL))
);

-- The lists of seal keys that the offline root signed; phones check seals by the newest. Append-only.
CREATE TABLE key_list (
    version    bigint PRIMARY KEY CHECK (version > 0),
    root       text NOT NULL,               -- the public half of the root that signed it, 64 hexadecimal digits
    document   text NOT NULL,               -- the signed list, as it is served
    signed_at  timestamptz NOT NULL
);
CREATE TRIGGER key_list_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON key_list
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
