-- The event log: the record of every case. Rows are inserted and never changed.

-- One command's worth of events. The two keys are what makes `append` safe to repeat and safe against a second writer:
-- each revision is written once, each command is answered once.
CREATE TABLE case_revision (
  case_id     uuid        NOT NULL,
  revision    integer     NOT NULL CHECK (revision > 0),
  episode     integer     NOT NULL CHECK (episode > 0),
  command_id  text        NOT NULL,
  command     text        NOT NULL,
  actor       jsonb       NOT NULL,
  -- Of the request's payload, to refuse a key used again for something else; null for what the system did.
  fingerprint text,
  answer      jsonb       NOT NULL,
  -- Business instant of the command.
  at          timestamptz NOT NULL,
  -- When it reached the log, by this server's clock: for operators, never for business answers.
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (case_id, revision),
  UNIQUE (case_id, command_id)
);

-- No foreign key to case_revision: both are written by the same statement, and `verify` looks for orphans.
CREATE TABLE case_event (
  case_id  uuid        NOT NULL,
  revision integer     NOT NULL,
  seq      integer     NOT NULL CHECK (seq > 0),
  type     text        NOT NULL,
  at       timestamptz NOT NULL,
  -- The event without its type and instant; a rulebook in it is replaced by {"$rulebook": hash}.
  data     jsonb       NOT NULL,
  PRIMARY KEY (case_id, revision, seq)
);

-- Policies and calendars cases are measured by: thousands of cases share one.
CREATE TABLE rulebook (
  hash text  PRIMARY KEY,
  body jsonb NOT NULL
);
