-- What a job says is mostly random ids: trying to compress it takes longer than writing it.
ALTER TABLE job ALTER COLUMN payload SET STORAGE EXTERNAL;
