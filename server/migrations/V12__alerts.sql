-- What is remembered of scans, and the alerts that follow from it (Q27).

-- What is remembered of a code, a device, a shop or a run of codes: a summary of bounded size.
CREATE TABLE trail (
    subject     text PRIMARY KEY,           -- 'unit:12:731', 'device:…' …
    state       jsonb NOT NULL,
    last_on     date NOT NULL,              -- a day, so that most changes touch no index
    exact_from  timestamptz                 -- the oldest place that is still exact
) WITH (fillfactor = 70);
CREATE INDEX trail_age ON trail (last_on);
CREATE INDEX trail_exact ON trail (exact_from) WHERE exact_from IS NOT NULL;

-- Where people scan: all that there ever was, and day by day for hot spots. Cells are H3, resolution 8.
CREATE TABLE scan_cell (
    cell        bigint PRIMARY KEY,
    scans       bigint NOT NULL
);
CREATE TABLE scan_cell_day (
    day         date NOT NULL,
    cell        bigint NOT NULL,
    gtin        bigint NOT NULL,            -- 0: all goods; else only what is suspicious is counted
    scans       bigint NOT NULL,
    suspicious  bigint NOT NULL,
    PRIMARY KEY (day, cell, gtin)
);
-- Codes that anybody scanned, and those copied beyond doubt; in parts, so that workers don't wait for each other.
CREATE TABLE scan_tally (
    part        int PRIMARY KEY,
    units       bigint NOT NULL,
    evident     bigint NOT NULL
);
-- Suspicious sightings, for clusters; exact places, gone after their time.
CREATE TABLE suspicion (
    at          timestamptz NOT NULL,
    scan_id     uuid NOT NULL,
    device      bigint,                     -- a hash
    latitude    double precision NOT NULL,
    longitude   double precision NOT NULL,
    gtin        bigint,
    region      text,
    PRIMARY KEY (at, scan_id)
);

-- One cause, one alert, which grows.
CREATE TABLE alert (
    id              uuid PRIMARY KEY,
    subject         text NOT NULL UNIQUE,
    kind            text NOT NULL,          -- the weightiest finding's
    kinds           text[] NOT NULL,
    findings        jsonb NOT NULL,
    score           double precision NOT NULL,
    is_evident      boolean NOT NULL,
    state           text NOT NULL CHECK (state IN ('new', 'assigned', 'decided')),
    decision        text CHECK (decision IN ('confirmed', 'not-confirmed', 'scanner-fault', 'honest-resale')),
    decided_weight  double precision,       -- what the findings weighed when it was decided: only much more opens it again
    region          text,                   -- KATO code; NULL: not known, every inspector may take it
    latitude        double precision,
    longitude       double precision,
    accuracy_metres real,
    gtin            bigint,
    order_number    int,
    unit_index      int,
    code            text,                   -- of a label that is none of ours
    scans           bigint NOT NULL,
    devices         bigint NOT NULL,
    assignee        uuid REFERENCES account (id),
    opened_at       timestamptz NOT NULL,
    grown_at        timestamptz NOT NULL,
    decided_at      timestamptz,
    coarsened_at    timestamptz,
    CHECK ((state = 'decided') = (decision IS NOT NULL)),
    CHECK ((latitude IS NULL) = (longitude IS NULL))
);
CREATE INDEX alert_by_score ON alert (region, score DESC, id);
CREATE INDEX alert_by_time ON alert (region, grown_at DESC, id);
CREATE INDEX alert_of_product ON alert (gtin) WHERE gtin IS NOT NULL;
CREATE INDEX alert_of_kind ON alert (kind) WHERE state = 'decided';

-- What happened to alerts: their history, their notes, and the stream that inspectors follow. Written under one lock, so
-- that ids become visible in their order.
CREATE TABLE alert_event (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id    uuid NOT NULL REFERENCES alert (id),
    at          timestamptz NOT NULL,
    what        text NOT NULL CHECK (what IN ('opened', 'grew', 'assigned', 'noted', 'linked', 'decided', 'reopened')),
    account_id  uuid,
    detail      text,                       -- the decision, the other alert …
    message     text
);
CREATE INDEX alert_event_of_alert ON alert_event (alert_id, id);
CREATE TABLE alert_link (
    alert_id    uuid NOT NULL REFERENCES alert (id),
    report      text,                       -- its number
    other_id    uuid REFERENCES alert (id),
    CHECK ((report IS NULL) <> (other_id IS NULL)),
    UNIQUE NULLS NOT DISTINCT (alert_id, report, other_id)
);
CREATE INDEX alert_link_back ON alert_link (other_id) WHERE other_id IS NOT NULL;

-- What of a day's networks is needed to let each be one witness only: keyed hashes, gone when the day is over. UNLOGGED like
-- the salt of the day.

-- Who has spoken of a subject, in one table on even days and in another on odd ones.
CREATE UNLOGGED TABLE witness_even (
    subject     bigint NOT NULL,            -- a hash of the subject and the day
    network     bigint NOT NULL,            -- a keyed hash
    party       bigint NOT NULL,            -- who spoke; of a wide network: how many
    PRIMARY KEY (subject, network)
);
CREATE UNLOGGED TABLE witness_odd (LIKE witness_even INCLUDING ALL);
-- Runs as the owner, whoever calls it: the service may own no table.
CREATE FUNCTION forget_witnesses(even boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF even THEN
        TRUNCATE witness_even;
    ELSE
        TRUNCATE witness_odd;
    END IF;
END $$;
REVOKE EXECUTE ON FUNCTION forget_witnesses(boolean) FROM PUBLIC;
-- Alerts that a network brought up in an hour.
CREATE UNLOGGED TABLE network_alert (
    hour        bigint NOT NULL,            -- since 1970
    network     bigint NOT NULL,
    opened      int NOT NULL,
    PRIMARY KEY (hour, network)
);

-- Under what devices are hashed in trails, for as long as the register lives: who can't compute the hashes can't choose
-- which devices a trail's sample keeps.
CREATE TABLE detection_key (
    id          boolean PRIMARY KEY DEFAULT true CHECK (id),
    key         bytea NOT NULL
);
INSERT INTO detection_key (key)
    VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));
