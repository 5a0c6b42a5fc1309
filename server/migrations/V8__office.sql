-- Approvals.

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
