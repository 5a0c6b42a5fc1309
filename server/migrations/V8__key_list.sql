-- The lists of seal keys that the offline root signed; phones check seals by the newest. Append-only.
CREATE TABLE key_list (
    version    bigint PRIMARY KEY CHECK (version > 0),
    root       text NOT NULL,               -- the public half of the root that signed it, 64 hexadecimal digits
    document   text NOT NULL,               -- the signed list, as it is served
    signed_at  timestamptz NOT NULL
);
CREATE TRIGGER key_list_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON key_list
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
