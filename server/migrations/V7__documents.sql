-- Documents about units.

-- A document: its envelope. Its id is the client's own.
CREATE TABLE document (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL,             -- apply, release, ship, accept, sell, return, withdraw, recall, pack, …
    number       text,                      -- the author's own number of the paper
    participant  int REFERENCES participant (number),   -- who filed it; NULL: an operator
    receiver     int REFERENCES participant (number),   -- whose signature it awaits, or has
    about        uuid REFERENCES document (id),         -- the earlier document that it ends or changes
    account_id   uuid NOT NULL,
    at           timestamptz NOT NULL,
    state        text NOT NULL CHECK (state IN ('filed', 'awaiting', 'accepted', 'cancelled')),
    changed_at   timestamptz NOT NULL,
    version      int NOT NULL DEFAULT 1,    -- raised by each change of the state
    fingerprint  bytea NOT NULL,            -- SHA-256 of what was sent: a retry has the same
    sent         bytea NOT NULL,            -- the bytes that were sent
    details      jsonb NOT NULL,            -- what was said besides the units
    units        int NOT NULL DEFAULT 0,
    CHECK (state = 'filed' OR receiver IS NOT NULL)
);
CREATE INDEX document_of_participant ON document (participant, at);
CREATE INDEX document_of_receiver ON document (receiver, at) WHERE receiver IS NOT NULL;
-- The public list of recalls looks for these few among all documents.
CREATE INDEX document_of_recall ON document (at) WHERE kind IN ('recall', 'lift-recall');
CREATE TABLE document_range (
    document_id  uuid NOT NULL REFERENCES document (id),
    order_number int NOT NULL REFERENCES code_order (number),
    first_index  int NOT NULL,
    last_index   int NOT NULL CHECK (last_index >= first_index),
    PRIMARY KEY (document_id, order_number, first_index)
);
CREATE INDEX document_range_of_order ON document_range (order_number, first_index);

-- The packs that a document named.
CREATE TABLE document_pack (
    document_id uuid NOT NULL REFERENCES document (id),
    sscc        bigint NOT NULL REFERENCES pack (sscc),
    PRIMARY KEY (document_id, sscc)
);

-- A customs declaration is one importer's: its number serves several of their releases, and no other importer's.
CREATE TABLE declaration (
    number   text PRIMARY KEY,
    importer int NOT NULL REFERENCES participant (number)
);
