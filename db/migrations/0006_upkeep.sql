-- Incidents that come back while they are open, why they were settled, and the order in which finished effects are forgotten.

-- How often it was seen, and when last (null: once, at `at`).
ALTER TABLE incident ADD COLUMN times integer NOT NULL DEFAULT 1 CHECK (times > 0);
ALTER TABLE incident ADD COLUMN last_seen_at timestamptz;
-- Why it was settled: a code, never words.
ALTER TABLE incident ADD COLUMN resolution text CHECK (resolution ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$');

-- Two recorded at the same instant were two rows until now.
UPDATE incident i SET times = same.times, last_seen_at = same.last_seen_at
FROM (SELECT min(id) AS id, count(*)::integer AS times, max(at) AS last_seen_at
      FROM incident WHERE resolved_at IS NULL GROUP BY kind, case_id, details HAVING count(*) > 1) same
WHERE i.id = same.id;
DELETE FROM incident i USING incident first
WHERE i.resolved_at IS NULL AND first.resolved_at IS NULL AND first.id < i.id
  AND i.kind = first.kind AND i.case_id IS NOT DISTINCT FROM first.case_id AND i.details = first.details;

-- The same incident is open once.
CREATE UNIQUE INDEX incident_open_once ON incident (kind, case_id, md5(details::text)) NULLS NOT DISTINCT WHERE resolved_at IS NULL;

-- Effects carried out, for pruning.
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
