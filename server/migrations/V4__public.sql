-- What the public sends: scans and reports.

-- Kept by the day on which the scan was taken: a retry carries the same day and id, so it is the same row.
CREATE TABLE scan (
    taken_on        date NOT NULL,
    id              uuid NOT NULL,
    fingerprint     bigint NOT NULL,        -- of what was sent: a retry must be the same
    taken_at        timestamptz NOT NULL,   -- corrected by the client's clock error
    received_at     timestamptz NOT NULL,
    code            text,                   -- NULL when it is ours: then order and index stand for it
    gtin            bigint,
    order_number    int,
    unit_index      int,
    verdict         text,                   -- what the client was told
    device          uuid,                   -- random, reset by its user at will
    consent         text NOT NULL CHECK (consent IN ('exact', 'coarse', 'none')),
    latitude        double precision,
    longitude       double precision,
    accuracy_metres real,
    coarsened_at    timestamptz,
    PRIMARY KEY (taken_on, id),
    CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CHECK (consent <> 'none' OR latitude IS NULL)
) PARTITION BY RANGE (taken_on);
CREATE INDEX scan_of_unit ON scan (order_number, unit_index);
CREATE TABLE scan_other PARTITION OF scan DEFAULT;

CREATE SEQUENCE report_number;
CREATE TABLE report (
    id              uuid PRIMARY KEY,       -- the client's own
    number          text NOT NULL UNIQUE,
    fingerprint     bytea NOT NULL,         -- SHA-256 of what was sent: a retry must be the same
    category        text NOT NULL,
    words           text NOT NULL,
    language        text NOT NULL,
    code            text,
    gtin            bigint,
    order_number    int,
    unit_index      int,
    latitude        double precision,
    longitude       double precision,
    accuracy_metres real,
    address         text,
    outlet          text,
    region          text,                   -- KATO code
    contact_sealed  bytea,                  -- encrypted; shown only to the inspector in charge
    status          text NOT NULL,
    assignee        uuid REFERENCES account (id),
    due_on          date NOT NULL,
    received_at     timestamptz NOT NULL,
    deleted_at      timestamptz
);
CREATE INDEX report_open ON report (region, due_on) WHERE deleted_at IS NULL;
CREATE INDEX report_recent ON report (received_at DESC);
CREATE TABLE report_token (
    hash            bytea PRIMARY KEY,      -- SHA-256 of the tracking token
    report_id       uuid NOT NULL REFERENCES report (id) ON DELETE CASCADE
);
CREATE TABLE report_photo (
    id              uuid PRIMARY KEY,
    report_id       uuid NOT NULL REFERENCES report (id),
    position        smallint NOT NULL,
    path            text NOT NULL,
    width           int NOT NULL,
    height          int NOT NULL,
    bytes           int NOT NULL,
    UNIQUE (report_id, position)
);
CREATE TABLE report_event (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id       uuid NOT NULL REFERENCES report (id),
    at              timestamptz NOT NULL,
    who             text NOT NULL CHECK (who IN ('reporter', 'inspector', 'system')),
    account_id      uuid,
    status          text,                   -- the new status, when it changed
    message         text
);
CREATE INDEX report_event_of_report ON report_event (report_id, id);
CREATE TABLE report_link (
    report_id       uuid NOT NULL REFERENCES report (id),
    other_id        uuid NOT NULL REFERENCES report (id),
    why             text NOT NULL,          -- same-code, same-outlet, nearby
    PRIMARY KEY (report_id, other_id)
);
