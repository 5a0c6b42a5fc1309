-- Links are keyed from now on: HMAC under a key that the database does not hold. The worker lays the chain anew over all
-- records; the links of before could be computed by anybody.
ALTER TABLE audit_link DISABLE TRIGGER audit_link_append_only;
DELETE FROM audit_link;
ALTER TABLE audit_link ENABLE TRIGGER audit_link_append_only;

-- What auditors search by, newest first.
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_object ON audit (object, id);
CREATE INDEX audit_at ON audit (at, id);
