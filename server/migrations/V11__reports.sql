-- A report is anonymous: what could tell who wrote it is the contact, encrypted, and the place.
-- Who has the token may have the data taken back: then all that is nullable here is NULL, and words are empty.
CREATE SEQUENCE report_number;
CREATE TABLE report (
    id              uuid PRIMARY KEY,       -- the client's own
    sequence        bigint NOT NULL UNIQUE, -- the last part of the number: newer reports have greater ones
    number          text NOT NULL UNIQUE,   -- TB-26-0000123
    fingerprint     bytea,                  -- SHA-256 of what was sent: a retry must be the same
    category        text NOT NULL,
    words           text NOT NULL,
    language        text NOT NULL,
    code            text,                   -- as it was scanned
    code_key        text,                   -- the same for every spelling of the code of one unit, stamp or pack
    gtin            bigint,
    order_number    int,
    unit_index      int,
    latitude        double precision,
    longitude       double precision,
    accuracy_metres real,
    address         text,
    outlet          text,
    region          text,                   -- KATO code; NULL: not known, every inspector may take it
    contact_sealed  bytea,                  -- encrypted; shown only to the inspector in charge
    status          text NOT NULL,
    assignee        uuid REFERENCES account (id),
    due_on          date NOT NULL,
    received_at     timestamptz NOT NULL,
    closed_at       timestamptz,            -- when it was last decided, unless it is open
    coarsened_at    timestamptz,            -- when contact and exact place went, their time being over
    deleted_at      timestamptz,            -- when all went that the reporter had given
    search          text,                   -- number, GTIN, shop and address in small letters; goes with the author's data
    CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CHECK (deleted_at IS NULL OR coalesce(fingerprint, contact_sealed) IS NULL AND latitude IS NULL AND words = '')
);
CREATE INDEX report_of_region ON report (region, sequence);
CREATE INDEX report_open ON report (region, due_on) WHERE closed_at IS NULL AND deleted_at IS NULL;
CREATE INDEX report_closed ON report (closed_at) WHERE deleted_at IS NULL;
CREATE INDEX report_of_product ON report (gtin, sequence) WHERE gtin IS NOT NULL;
CREATE INDEX report_of_code ON report (code_key, received_at) WHERE code_key IS NOT NULL;
CREATE INDEX report_at_place ON report (latitude, longitude) WHERE latitude IS NOT NULL;
CREATE INDEX report_received ON report (received_at);
CREATE TABLE report_token (
    hash            bytea PRIMARY KEY,      -- SHA-256 of the tracking token
    report_id       uuid NOT NULL REFERENCES report (id),
    issued_at       timestamptz NOT NULL
);
CREATE INDEX report_token_of_report ON report_token (report_id, issued_at);
CREATE TABLE report_event (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id       uuid NOT NULL REFERENCES report (id),
    at              timestamptz NOT NULL,
    who             text NOT NULL CHECK (who IN ('reporter', 'inspector', 'system')),
    account_id      uuid,
    status          text,                   -- the new status, when it changed
    message         text,
    note            text,                   -- what one inspector writes for another; never shown to the report's author
    from_account    uuid,                   -- who had the report before a hand-over …
    to_account      uuid                    -- … and who has it since
);
CREATE INDEX report_event_of_report ON report_event (report_id, id);
CREATE TABLE report_photo (
    id              uuid PRIMARY KEY,
    report_id       uuid NOT NULL REFERENCES report (id),
    position        smallint NOT NULL,
    path            text NOT NULL UNIQUE,   -- in the photo store; begins with the day
    width           int NOT NULL,
    height          int NOT NULL,
    bytes           int NOT NULL,
    event_id        bigint REFERENCES report_event (id),    -- the message it came with; NULL: it came with the report itself
    UNIQUE (report_id, position)
);
-- Reports that say the same; the later one is first.
CREATE TABLE report_link (
    report_id       uuid NOT NULL REFERENCES report (id),
    other_id        uuid NOT NULL REFERENCES report (id),
    why             text NOT NULL,          -- same-code, same-outlet, nearby
    PRIMARY KEY (report_id, other_id),
    CHECK (report_id <> other_id)
);
CREATE INDEX report_link_back ON report_link (other_id);

-- Files that are about to be written. A row goes in the transaction that gives its file to a report; what stays was left by
-- a process that died in between, and is swept.
CREATE TABLE report_photo_pending (
    path            text PRIMARY KEY,
    noted_at        timestamptz NOT NULL
);
-- The key of a day, under which the audit keeps the network of a report's author. It goes two days later; what the audit
-- keeps can't be traced to a network from then on.
CREATE TABLE report_day_key (
    day             date PRIMARY KEY,
    key             bytea NOT NULL
);

-- Browsers that get a message when there is an answer to a report. What names a browser, its address at a push service, is
-- encrypted. A row goes with the data of the report's author, when its owner ends it, and when its service has ended it.
CREATE TABLE report_push (
    id              uuid PRIMARY KEY,
    report_id       uuid NOT NULL REFERENCES report (id),
    endpoint_hash   bytea NOT NULL,         -- SHA-256 of the address: a browser has one subscription of a report
    sealed          bytea NOT NULL,         -- address and keys, encrypted
    language        text NOT NULL,          -- of its owner
    subscribed_at   timestamptz NOT NULL,
    UNIQUE (report_id, endpoint_hash)
);
