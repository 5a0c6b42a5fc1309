-- The service need not own its tables: `tanba migrate` is run by the role that does, `tanba serve` and `tanba work` by one
-- that may read and write and change no table.

-- What a service needs. Called by the owner, after migrations, for the role of the service; again after each of them.
CREATE FUNCTION grant_service(service name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    kept record;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', service);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', service);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', service);
    EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO %I', service);
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON refinery_schema_history FROM %I', service);
    EXECUTE format('REVOKE EXECUTE ON FUNCTION grant_service(name) FROM %I', service);
    -- What is append-only has a trigger that refuses everything else: its rows can't be changed by a role that can't
    -- disable it either.
    FOR kept IN
        SELECT DISTINCT t.tgrelid::regclass AS name FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE p.proname = 'refuse_change' AND NOT t.tgisinternal
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', kept.name, service);
    END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION grant_service(name) FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
