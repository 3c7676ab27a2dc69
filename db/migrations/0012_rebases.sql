-- Open cases moved to another policy or calendar, many at a time: what was asked, how far it is, and what became of each case.
CREATE TABLE rebase_batch (
  batch_id        uuid        PRIMARY KEY,
  reason          text        NOT NULL,
  target          jsonb       NOT NULL,
  filter          jsonb       NOT NULL,
  dry_run         boolean     NOT NULL,
  status          text        NOT NULL CHECK (status IN ('queued', 'running', 'done', 'cancelled')),
  created_by      text        NOT NULL,
  created_at      timestamptz NOT NULL,
  not_before      timestamptz NOT NULL,
  cancel_asked_at timestamptz,
  started_at      timestamptz,
  finished_at     timestamptz,
  -- Known once every case of the filter is written down.
  total           integer,
  done            integer     NOT NULL DEFAULT 0,
  moved           integer     NOT NULL DEFAULT 0,
  unchanged       integer     NOT NULL DEFAULT 0,
  failed          integer     NOT NULL DEFAULT 0,
  clocks_moved    integer     NOT NULL DEFAULT 0,
  CHECK (done = moved + unchanged + failed),
  CHECK ((status IN ('done', 'cancelled')) = (finished_at IS NOT NULL))
);
CREATE INDEX rebase_batch_unfinished ON rebase_batch (not_before) WHERE finished_at IS NULL;
CREATE INDEX rebase_batch_newest ON rebase_batch (created_at DESC, batch_id DESC);

CREATE TABLE rebase_case (
  batch_id uuid NOT NULL REFERENCES rebase_batch,
  case_id  uuid NOT NULL,
  outcome  text NOT NULL DEFAULT 'pending' CHECK (outcome IN ('pending', 'moved', 'unchanged', 'failed')),
  -- Why it is unchanged or failed: a code.
  reason   text,
  -- Promises with their due instants before and after.
  moved    jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (batch_id, case_id)
);
CREATE INDEX rebase_case_pending ON rebase_case (batch_id, case_id) WHERE outcome = 'pending';
