-- Attempts are counted before the work, in a transaction of their own: a job that ends its worker is found by its count.
ALTER TABLE job
    ADD COLUMN appended_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN held_until timestamptz;      -- set when an attempt begins, NULL when its result is recorded

-- Jobs that failed too often: taken by no worker until an operator retries or drops them.
CREATE TABLE dead_job (
    id          bigint PRIMARY KEY,         -- the job's own
    kind        text NOT NULL,
    lane        text NOT NULL,
    payload     jsonb NOT NULL,
    things      int NOT NULL,               -- what it is about: scans, units, photos
    attempts    int NOT NULL,
    last_error  text,
    appended_at timestamptz NOT NULL,
    died_at     timestamptz NOT NULL
);
