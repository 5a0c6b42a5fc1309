-- How far a snapshot has been refreshed, by the key of its mark in Redis. A snapshot whose own mark is lower is an old
-- copy that was put back, and is not believed (R2).
CREATE TABLE refresh_mark (
    snapshot    text PRIMARY KEY,
    mark        bigint NOT NULL
);
