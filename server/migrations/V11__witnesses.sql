-- What of a day's networks is needed to let each be one witness only: keyed hashes, gone when the day is over. UNLOGGED:
-- never in the log of changes, so in no archive, replica or backup; a crash of PostgreSQL forgets them earlier.

-- Under what the networks of a day are hashed.
CREATE UNLOGGED TABLE network_salt (
    day         date PRIMARY KEY,
    salt        bytea NOT NULL
);
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
