-- What was written last: where to look first after a crash.
CREATE INDEX case_revision_recorded ON case_revision (recorded_at);
