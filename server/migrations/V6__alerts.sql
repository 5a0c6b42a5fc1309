-- Regions, what is remembered of scans, and the alerts that follow from it (Q27).

-- Official boundaries, imported from GeoJSON.
CREATE TABLE region (
    code        text PRIMARY KEY,           -- KATO
    name_kk     text NOT NULL,
    name_ru     text NOT NULL,
    name_en     text NOT NULL,
    boundary    jsonb NOT NULL,             -- the geometry: Polygon or MultiPolygon, WGS 84
    imported_at timestamptz NOT NULL
);

ALTER TABLE scan ADD COLUMN source text;    -- camera, picture, scanner, typed; NULL: the client didn't tell
ALTER TABLE scan ADD COLUMN region text;    -- KATO code of the place

-- Scans to be judged are taken by workers of their own, so that they never hold up the snapshot.
DROP INDEX job_due;
CREATE INDEX job_due ON job (lane, run_at, id);

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
    region          text,                   -- KATO code; NULL: nobody's yet, every inspector's to take
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
