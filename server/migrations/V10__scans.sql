-- Scans of the public.

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
    source          text,                   -- camera, picture, scanner, typed; NULL: the client didn't say
    region          text,                   -- KATO code of the place
    finding         text NOT NULL           -- what the text was found to be, for those who judge it
        CHECK (finding IN ('unit', 'in-sequence', 'forged', 'unknown', 'misread')),
    sequence        text,                   -- in-sequence: whose place it is, and which
    place           bigint,
    PRIMARY KEY (taken_on, id),
    CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CHECK (consent <> 'none' OR latitude IS NULL),
    CHECK ((finding = 'unit') = (order_number IS NOT NULL)),
    CHECK ((finding = 'in-sequence') = (sequence IS NOT NULL AND place IS NOT NULL))
) PARTITION BY RANGE (taken_on);
CREATE INDEX scan_of_unit ON scan (order_number, unit_index);
CREATE TABLE scan_other PARTITION OF scan DEFAULT;

-- Under what the networks of a day are hashed, so that each is one witness only. UNLOGGED: never in the log of changes, so in
-- no archive, replica or backup; a crash of PostgreSQL forgets it earlier.
CREATE UNLOGGED TABLE network_salt (
    day         date PRIMARY KEY,
    salt        bytea NOT NULL
);

-- Partitions of scans come and go by the day. These run as the owner, whoever calls them.
CREATE FUNCTION make_scan_partition(day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    part text := format('scan_%s', to_char(day, 'YYYYMMDD'));
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE scan INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    -- What a hasty clock had put aside.
    EXECUTE format('WITH early AS (DELETE FROM scan_other WHERE taken_on = %L RETURNING *)
                    INSERT INTO %I SELECT * FROM early', day, part);
    EXECUTE format('ALTER TABLE scan ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, day, day + 1);
END $$;
CREATE FUNCTION drop_scan_partition(day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('DROP TABLE %I', format('scan_%s', to_char(day, 'YYYYMMDD')));
END $$;
REVOKE EXECUTE ON FUNCTION make_scan_partition(date), drop_scan_partition(date) FROM PUBLIC;
